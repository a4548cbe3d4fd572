"""Which line of a text file a fault is on. Read only when there is a fault to report."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO

from customer360.imports.files import CHUNK_BYTES
from customer360.imports.sniffing import numbered_rows, reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from customer360.imports.sniffing import CsvForm


def lines_at(path: Path, offsets: Iterable[int]) -> dict[int, int]:
    """The line number, from 1, of each byte offset; line feeds at the offset itself are empty lines before it."""
    wanted = sorted(set(offsets))
    found: dict[int, int] = {}
    with path.open("rb") as file:
        line, at = 1, 0
        for offset in wanted:
            while at < offset:
                chunk = file.read(min(CHUNK_BYTES, offset - at))
                line, at = line + chunk.count(b"\n"), at + len(chunk)
            found[offset] = line + _empty_lines_here(file)
            file.seek(offset)
    return found


def _empty_lines_here(file: BinaryIO) -> int:
    ahead = file.read(CHUNK_BYTES)
    return ahead[: len(ahead) - len(ahead.lstrip(b"\r\n"))].count(b"\n")


def lines_of_rows(
    path: Path, form: CsvForm, positions: Collection[int], *, left_out: Collection[int]
) -> dict[int, int]:
    """The line on which each row begins, by its position among the rows read.

    `left_out` are the lines of rows that were not read and so have no position.
    """
    found: dict[int, int] = {}
    position = -1
    for line, _ in numbered_rows(path, form):
        if line <= form.header_lines or line in left_out:
            continue
        position += 1
        if position in positions:
            found[position] = line
        if len(found) == len(positions):
            break
    return found


def never_ends(path: Path, form: CsvForm, offset: int) -> bool:
    """Whether the row that begins at this byte continues over several lines to the end of the file."""
    with path.open("rb") as file:
        file.seek(offset)
        rows = reader(io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline=""), form)
        try:
            next(rows, None)
            return rows.line_num > 1 and next(rows, None) is None
        except csv.Error:
            return True  # longer than any allowed field
