"""Normalises a text's line ends and NUL bytes for the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NO_TEXT = b"\xff"
"""Not a UTF-8 byte: only the row that contains it is left out, for that reason."""

_CHUNK_BYTES = 1024 * 1024


def is_clean(path: Path) -> bool:
    """Whether a UTF-8 text has no NUL bytes and only one kind of line end."""
    kinds = set()
    ends_in_return = False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if b"\0" in chunk:
                return False
            if ends_in_return or b"\r" in chunk:
                text = b"\r" + chunk if ends_in_return else chunk
                ends_in_return = text.endswith(b"\r")
                kinds |= _line_ends(text.removesuffix(b"\r"))
            elif b"\n" in chunk:
                kinds.add(b"\n")
    if ends_in_return:
        kinds.add(b"\r")
    return len(kinds) <= 1


def _line_ends(text: bytes) -> set[bytes]:
    pairs = text.count(b"\r\n")
    counted = {b"\r\n": pairs, b"\r": text.count(b"\r") - pairs, b"\n": text.count(b"\n") - pairs}
    return {kind for kind, number in counted.items() if number}


def cleaned(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The UTF-8 text with line feeds as line ends, in quoted fields too, and with non-text bytes marked."""
    kept = b""
    for chunk in chunks:
        text = kept + chunk
        kept = b"\r" if text.endswith(b"\r") else b""  # a line feed may follow
        text = text[: len(text) - len(kept)]
        if b"\0" in text:
            text = text.replace(b"\0", NO_TEXT)
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield text
    if kept:
        yield b"\n"
