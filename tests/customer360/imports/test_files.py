"""What is uploaded becomes a Parquet file or plain UTF-8 text, or is refused in words."""

from __future__ import annotations

import codecs
import gzip
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360.errors import ImportFileError
from customer360.imports import files
from customer360.imports.files import FileKind, prepare

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "id;name\n1;Zoë “the first” Łęcka\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16-le", "utf-16-be", "gzip", "gzip of utf-16"],
)
def test_text_becomes_plain_utf_8(content: bytes, tmp_path: Path) -> None:
    upload = tmp_path / "upload.csv"
    upload.write_bytes(content)
    prepared = prepare(upload, tmp_path / "plain.csv")
    assert prepared.kind is FileKind.CSV
    assert prepared.path.read_text(encoding="utf-8") == TEXT


def test_text_that_is_not_utf_8_is_read_as_that_of_windows(tmp_path: Path) -> None:
    upload = tmp_path / "upload.csv"
    upload.write_bytes("id,price\n1,5 € “net”\n".encode("cp1252"))
    assert prepare(upload, tmp_path / "plain.csv").path.read_text(encoding="utf-8") == "id,price\n1,5 € “net”\n"


def test_a_sign_cut_in_two_by_the_sample_is_no_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "SAMPLE_BYTES", 5)
    upload = tmp_path / "upload.csv"
    upload.write_text("name€\n1\n", encoding="utf-8")
    assert prepare(upload, tmp_path / "plain.csv").path == upload


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04rest", "Save it as CSV"),
        (b"%PDF-1.7", "PDF"),
        (b"id,name\n1,a\0b\n2,b\n", "NUL bytes"),
        (gzip.compress(TEXT.encode())[:-9], "damaged"),
        (b"\x1f\x8bnothing packed", "damaged"),
    ],
    ids=["empty", "xlsx", "pdf", "nul", "cut short", "not gzip"],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    upload = tmp_path / "upload.csv"
    upload.write_bytes(content)
    with pytest.raises(ImportFileError, match=words):
        prepare(upload, tmp_path / "plain.csv")


def test_a_bomb_is_refused_before_it_fills_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "UNPACKED_BYTES", 3_000_000)
    upload = tmp_path / "upload.csv.gz"
    upload.write_bytes(gzip.compress(b"a,b\n" * 10_000_000))
    with pytest.raises(ImportFileError, match="too large"):
        prepare(upload, tmp_path / "plain.csv")
    assert (tmp_path / "plain.csv").stat().st_size < 4_000_000


@pytest.mark.parametrize("compression", ["zstd", "gzip"])
def test_a_page_of_parquet_that_inflates_is_refused_before_it_is_read(compression: str, tmp_path: Path) -> None:
    upload = tmp_path / "upload.parquet"
    huge = pa.table({"a": ["x" * 40_000_000, "y"]})
    pq.write_table(huge, upload, compression=compression, use_dictionary=False, write_statistics=False)
    assert upload.stat().st_size < 50_000
    with pytest.raises(ImportFileError, match="too large once unpacked"):
        prepare(upload, tmp_path / "plain")


def test_a_parquet_file_of_endless_equal_rows_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "PARQUET_ROWS", 1_000)
    upload = tmp_path / "upload.parquet"
    pq.write_table(pa.table({"a": ["x"] * 1_001}), upload)
    with pytest.raises(ImportFileError, match="too large once unpacked"):
        prepare(upload, tmp_path / "plain")


def test_what_unpacks_to_far_more_than_data_does_is_refused(tmp_path: Path) -> None:
    upload = tmp_path / "upload.csv.gz"
    upload.write_bytes(gzip.compress(b"\n" * 100_000_000))
    with pytest.raises(ImportFileError, match="too large"):
        prepare(upload, tmp_path / "plain.csv")
    assert (tmp_path / "plain.csv").stat().st_size < 30_000_000
