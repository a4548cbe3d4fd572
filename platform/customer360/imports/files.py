"""Turns any upload into a Parquet file or plain UTF-8 text, or says what is wrong with it."""

from __future__ import annotations

import codecs
import gzip
import itertools
import re
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.parquet as pq

from customer360.errors import ImportFileError
from customer360.imports.cleaning import NO_TEXT, cleaned, is_clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BROKEN = "\ufffd"
SAMPLE_BYTES = 256 * 1024
CHUNK_BYTES = 1024 * 1024
UNPACKED_BYTES = 20 * 1024**3
"""More text than this, once unpacked, is refused: no genuine export of a brand exceeds ten million rows."""

PARQUET_ROWS = 500_000_000
"""More rows than this are refused: repeated values cost a Parquet file next to nothing, however many there are."""

MOST_RATIO = 200
"""Customer rows pack to about a tenth; a file that unpacks to more than this many times its size is no table."""

SPARE_BYTES = 16 * 1024 * 1024
"""A small file may unpack to this size, whatever its ratio."""

_OTHERWISE_PACKED = "The file is packed in a way that Muster can't read. Unpack it, or pack it with gzip."
_FOREIGN = {
    b"PK\x03\x04": "This is a zip archive or an Excel workbook. Save it as CSV, or unpack it, and upload that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save it as CSV and upload that.",
    b"%PDF": "This is a PDF document. Upload a CSV or Parquet file.",
    b"SQLite": "This is a database. Export a table as CSV or Parquet and upload that.",
    b"7z\xbc\xaf": _OTHERWISE_PACKED,
    b"BZh": _OTHERWISE_PACKED,
    b"\xfd7zXZ": _OTHERWISE_PACKED,
    b"\x28\xb5\x2f\xfd": _OTHERWISE_PACKED,
    b"Rar!": _OTHERWISE_PACKED,
    b"\x89PNG": "This is a picture. Upload a CSV or Parquet file.",
    b"<!DOCTYPE": "This is a web page, perhaps one that says why there is no export. Open it in a browser.",
    b"<html": "This is a web page, perhaps one that says why there is no export. Open it in a browser.",
    b"<?xml": "This is XML. Export the data as CSV or Parquet.",
}
_JSON = re.compile(rb"\s*(\[\s*)?\{\s*[\"}]")
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f]")
_FEW_BROKEN = 0.1
"""A text with up to this ratio of broken to good characters is still UTF-8: rows with broken ones are left out."""
_FEW_CONTROL = 0.02
"""A text with up to this share of control characters is still text."""

NO_TEXT_FILE = "The file is not a text file. Upload a CSV or Parquet file."


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
"""Possible text encodings: Python's name, and people's."""


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
    """The upload itself if it can be read as it is, otherwise `plain`, to which its text has been written.

    Compressed text is unpacked, other encodings become UTF-8; `encoding` is detected unless given. With
    `first_bytes` only that much of the text is written, for a preview. Raises ImportFileError.
    """
    with upload.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    if not start:
        raise ImportFileError("The file is empty.")
    for signature, advice in _FOREIGN.items():
        if start.startswith(signature):
            raise ImportFileError(advice)
    if _JSON.match(start):
        raise ImportFileError("This is JSON. Export the data as CSV or Parquet.")
    if start.startswith(b"PAR1"):
        _require_honest(upload)
        return PreparedFile(upload, FileKind.PARQUET)
    packed = start.startswith(b"\x1f\x8b")
    text = _unpacked_start(upload) if packed else start
    said = encoding or encoding_of(text)
    _require_text(text, said)
    if packed or said != UTF_8 or not (first_bytes or is_clean(upload)):
        _write_plain(_Text(upload, said, packed=packed), plain, first_bytes)
        return PreparedFile(plain, FileKind.CSV, said)
    return PreparedFile(upload, FileKind.CSV)


def _require_honest(upload: Path) -> None:
    """Checks, by a Parquet file's own metadata, that it does not unpack to far more than real data does."""
    try:
        said = pq.read_metadata(upload)
    except (OSError, pa.ArrowException) as error:
        raise ImportFileError("The Parquet file is damaged. Write it again and upload it.") from error
    unpacked = sum(said.row_group(number).total_byte_size for number in range(said.num_row_groups))
    most = min(UNPACKED_BYTES, upload.stat().st_size * MOST_RATIO + SPARE_BYTES)
    if unpacked > most or said.num_rows > PARQUET_ROWS:
        raise ImportFileError("The file is too large once unpacked. Split it into smaller files.")


def encoding_of(start: bytes) -> str:
    """The encoding of a text that starts so: by its byte order mark, else UTF-8 if valid, else Windows Latin."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    if start.count(b"\0") > len(start) * _FEW_CONTROL:
        return _unmarked_utf_16(start)
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(start)
    broken = text.count(BROKEN)
    good = sum(sign > "\x7f" for sign in text) - broken if broken else 0
    return "cp1252" if broken > good * _FEW_BROKEN else UTF_8


def _require_text(start: bytes, encoding: str) -> None:
    """A few stray control characters are accepted; a file full of them is not text."""
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(start)
    if len(_CONTROL.findall(text)) > len(text) * _FEW_CONTROL:
        raise ImportFileError(NO_TEXT_FILE)


def _unmarked_utf_16(start: bytes) -> str:
    """UTF-16 text has a zero in nearly every second byte; zeros anywhere else mean that this is not text."""
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
    most = min(UNPACKED_BYTES, text.path.stat().st_size * MOST_RATIO + CHUNK_BYTES)
    try:
        with text.opened() as source, plain.open("wb") as target:
            chunks = _first(first_bytes, _limited(source, most))
            target.writelines(cleaned(_in_utf_8(chunks, text.encoding)))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ImportFileError("The packed file is damaged. Pack it again and upload it.") from error


def _in_utf_8(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Bytes invalid in the encoding are left for the engine to find, which leaves out their rows."""
    if encoding == UTF_8:
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode().replace(BROKEN.encode(), NO_TEXT)


def _first(most: int | None, chunks: Iterator[bytes]) -> Iterator[bytes]:
    return chunks if most is None else itertools.islice(chunks, -(-most // CHUNK_BYTES))


def _limited(source: IO[bytes], most: int) -> Iterator[bytes]:
    total = 0
    while chunk := source.read(CHUNK_BYTES):
        total += len(chunk)
        if total > most:
            raise ImportFileError("The file is too large once unpacked. Split it into smaller files.")
        yield chunk
