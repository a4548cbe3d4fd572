"""Turns whatever was uploaded into a Parquet file or plain UTF-8 text, or says what is wrong with it."""

from __future__ import annotations

import codecs
import gzip
import itertools
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, TYPE_CHECKING, cast

from customer360.errors import ImportFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE_BYTES = 256 * 1024
CHUNK_BYTES = 1024 * 1024
UNPACKED_BYTES = 20 * 1024**3
"""More text than this, once unpacked, is refused: no honest export of a brand is larger than ten million rows."""

MOST_RATIO = 200
"""Rows of customers pack to a tenth or so; what unpacks to more than this many times its size is no table."""

_FOREIGN = {
    b"PK\x03\x04": "This is a zip archive or an Excel workbook. Save it as CSV, or unpack it, and upload that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save it as CSV and upload that.",
    b"%PDF": "This is a PDF document. Upload a CSV or Parquet file.",
    b"SQLite": "This is a database. Export a table as CSV or Parquet and upload that.",
}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


UTF_8 = "utf-8"
ENCODINGS = {
    UTF_8: "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "cp1252": "Western European (Windows-1252, Latin-1)",
    "iso8859-2": "Central European (ISO 8859-2)",
    "cp1251": "Cyrillic (Windows-1251)",
    "shift_jis": "Japanese (Shift JIS)",
    "utf-16": "UTF-16 with a byte order mark",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
}
"""How a text may be encoded, as Python names it, and as people do."""


class FileKind(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class _Text:
    path: Path
    encoding: str
    packed: bool = field(kw_only=True)

    def opened(self) -> IO[bytes]:
        return cast("IO[bytes]", gzip.open(self.path)) if self.packed else self.path.open("rb")


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file that the engine can read as it is."""

    path: Path
    kind: FileKind
    encoding: str = UTF_8


def prepare(upload: Path, plain: Path, *, encoding: str = "", first_bytes: int | None = None) -> PreparedFile:
    """The upload itself if it can be read as it is, otherwise `plain`, into which its text has been written.

    Packed text is unpacked, text in another encoding becomes UTF-8; `encoding` is found out unless it is given.
    With `first_bytes` only so much of the text is written, for a look at it. Raises ImportFileError.
    """
    with upload.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    if not start:
        raise ImportFileError("The file is empty.")
    for signature, advice in _FOREIGN.items():
        if start.startswith(signature):
            raise ImportFileError(advice)
    if start.startswith(b"PAR1"):
        return PreparedFile(upload, FileKind.PARQUET)
    packed = start.startswith(b"\x1f\x8b")
    said = encoding or encoding_of(_unpacked_start(upload) if packed else start)
    if packed or said != UTF_8:
        _write_plain(_Text(upload, said, packed=packed), plain, first_bytes)
        return PreparedFile(plain, FileKind.CSV, said)
    return PreparedFile(upload, FileKind.CSV)


def encoding_of(start: bytes) -> str:
    """The encoding of a text that begins so: what its mark says, else UTF-8 if it can be, else Windows' Latin."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    if b"\0" in start:
        return _unmarked_utf_16(start)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return UTF_8


def _unmarked_utf_16(start: bytes) -> str:
    """Text in UTF-16 has a zero in nearly every second byte; zeros anywhere else mean that this is no text."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    few, many = sorted((even, odd))
    if many < len(start) // 4 or few > many // 10:
        raise ImportFileError("The file holds NUL bytes, so it is not a text file. Upload a CSV or Parquet file.")
    return "utf-16-be" if even > odd else "utf-16-le"


def _unpacked_start(upload: Path) -> bytes:
    try:
        with gzip.open(upload) as file:
            return file.read(SAMPLE_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportFileError("The packed file is damaged. Pack it again and upload it.") from error


def _write_plain(text: _Text, plain: Path, first_bytes: int | None) -> None:
    plain.parent.mkdir(parents=True, exist_ok=True)
    decoder = codecs.getincrementaldecoder(text.encoding)(errors="replace")
    most = min(UNPACKED_BYTES, text.path.stat().st_size * MOST_RATIO + CHUNK_BYTES)
    try:
        with text.opened() as source, plain.open("wb") as target:
            for chunk in _first(first_bytes, _limited(source, most)):
                target.write(decoder.decode(chunk).encode())
            target.write(decoder.decode(b"", final=first_bytes is None).encode())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportFileError("The packed file is damaged. Pack it again and upload it.") from error


def _first(most: int | None, chunks: Iterator[bytes]) -> Iterator[bytes]:
    return chunks if most is None else itertools.islice(chunks, -(-most // CHUNK_BYTES))


def _limited(source: IO[bytes], most: int) -> Iterator[bytes]:
    total = 0
    while chunk := source.read(CHUNK_BYTES):
        total += len(chunk)
        if total > most:
            raise ImportFileError("The file is too large once unpacked. Split it into smaller files.")
        yield chunk
