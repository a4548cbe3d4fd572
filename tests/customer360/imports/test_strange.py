"""Files as nobody should make them: each is imported or refused in words, and none ends in a fault of ours."""

from __future__ import annotations

import codecs
import gzip
import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360 import storage
from customer360.errors import Customer360Error, ImportFileError
from customer360.imports import running
from customer360.imports.proposing import propose_import
from customer360.imports.services import UNEXPECTED, import_file, run_import, start_import
from customer360.imports.spec import spec_of
from customer360.models import Import, Table
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tenants.models import Tenant


@pytest.fixture
def folder(acme: Tenant, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A folder for files, in the scope of a tenant with none."""
    settings.DATA_DIR = tmp_path / "data"
    with tenant_scope(acme):
        yield tmp_path


def parquet(**columns: list[int]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * 3_000_000, "longer than two million characters"),
        (b"a,b\n1," + b"x" * 3_000_000 + b"\n", "line 2 can't be read"),
        (b",".join(b"c%d" % number for number in range(1_001)) + b"\n" + b"1," * 1_000 + b"1\n", "at most 1,000"),
        (b"x" * 300 + b",b\n1,2\n", "longer than 200 characters"),
        (parquet(**{f"c{number}": [1] for number in range(1_001)}), "at most 1,000"),
        (parquet(**{"a\0b": [1]}), "can't be seen"),
    ],
    ids=["endless line", "endless field", "columns", "name", "columns in Parquet", "NUL in Parquet"],
)
def test_what_no_table_can_hold_is_refused_in_words(content: bytes, words: str, folder: Path) -> None:
    source = folder / "strange.csv"
    source.write_bytes(content)

    with pytest.raises(ImportFileError, match=words):
        propose_import(source=source, file_name="strange.csv")
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("\ufeffi\u200bd,\u202eevil\n1,2\n", ["id", "evil"]),
        ('"a""; ATTACH \'/etc/passwd\' --",<script>\n1,2\n', ["a\"; ATTACH '/etc/passwd' --", "<script>"]),
    ],
    ids=["unseen signs", "other languages"],
)
def test_strange_names_are_names_and_nothing_more(content: str, names: list[str], folder: Path) -> None:
    source = folder / "strange.csv"
    source.write_text(content, encoding="utf-8")

    imported = import_file(source=source, table_name="Strange")

    assert imported.row_count == 1
    assert imported.table is not None
    assert list(imported.table.columns.values_list("name", flat=True)) == names


def test_a_fault_of_ours_ends_the_import_and_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_import: Import) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(running, "run", fail)
    upload = storage.new_upload("a.csv")
    upload.write_text("a\n1\n", encoding="utf-8")
    proposed = propose_import(source=upload, file_name="a.csv")
    start_import(import_=proposed, spec=spec_of(proposed), mode=Import.Mode.REPLACE, table_name="A")

    ended = run_import(import_id=proposed.pk)

    assert (ended.status, ended.problem) == (Import.Status.FAILED, UNEXPECTED)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\r\n1,x\n2,y\r\n3,z\r4,w\n", [(1, "x"), (2, "y"), (3, "z"), (4, "w")]),
        (b'a,b\r\n1,"x\ny"\r\n2,"y\r\nz"\r\n', [(1, "x\ny"), (2, "y\nz")]),
        (b"a,b\r1,x\r2,y\r", [(1, "x"), (2, "y")]),
        (codecs.BOM_UTF8 + b'"a","b"\n1,x\n', [(1, "x")]),
        ("a,b\n1,ž\n".encode("utf-16"), [(1, "ž")]),
        ("a,b\n1,café\n".encode("latin-1"), [(1, "café")]),
        (b"a;b\n1;2,5\n", [(1, Decimal("2.5"))]),
        (b"a\tb\n1\tx, y\n", [(1, "x, y")]),
        (b"sep=;\r\na;b\r\n1;x\r\n", [(1, "x")]),
        (b'a,b\n1,"x, ""y""\n\nz"\n', [(1, 'x, "y"\n\nz')]),
        (gzip.compress(b"a,b\r\n1,x\n"), [(1, "x")]),
        (b"a,b\n", []),
        (b"a,b", []),
    ],
    ids=[
        "all line ends",
        "line ends in quotes",
        "old Mac",
        "byte order mark",
        "UTF-16",
        "Latin-1",
        "semicolons",
        "tabs",
        "told delimiter",
        "empty line in quotes",
        "gzip with mixed line ends",
        "header only",
        "header without line end",
    ],
)
def test_texts_of_every_kind_become_the_same_table(
    content: bytes, rows: list[tuple[object, ...]], folder: Path
) -> None:
    source = folder / "people.parquet"  # what a file is called does not say what it is
    source.write_bytes(content)
    imported = import_file(source=source, table_name="People")
    assert imported.version is not None
    (file,) = imported.version.manifest.files
    columns = list(imported.version.manifest.columns)
    found = pq.read_table(storage.path_of(file.name), columns=columns).to_pylist()
    assert [tuple(row.values()) for row in found] == rows


def test_a_row_that_can_not_be_read_costs_no_other(folder: Path) -> None:
    source = folder / "broken.csv"
    good = "1,ž\n".encode() * 50
    source.write_bytes(b"a,b\r\n" + good + b'2,\xff\n3,x\0y\n4\n5,x,y\n6,"a"b\n' + good + b"7,z\r\n")
    imported = import_file(source=source, table_name="Broken")
    report = pq.read_table(storage.path_of(imported.rejects)).to_pylist()
    assert imported.row_count == 101
    assert [(row["line"], row["reason"]) for row in report] == [
        (52, "broken_encoding"),
        (53, "broken_encoding"),
        (54, "too_few_fields"),
        (55, "too_many_fields"),
        (56, "broken_quotes"),
    ]


def parquet_of(names: list[str]) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table([pa.array(["x"])] * len(names), names=names), written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,x\n" + b'2,"y\n3,z\n4,w\n', "line 3 is never closed"),
        (b'a,b\n1,"x\n' + b"2,y\n" * 600_000, "line 2"),
        (b"a,b\n1\n2\n", "No row of the file can be imported"),
        (b"\n\n", "only empty lines"),
        (b"\n , \n\t\n", "only empty lines"),
        (b"7z\xbc\xaf\x27\x1c", "pack it with gzip"),
        (b"Obj\x01\x02\x03", "not a text file"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b'[{"a": 1}]', "JSON"),
        (b'[\n  {\n "a": 1}]', "JSON"),
        (parquet_of(["name", "Name"]), "Two columns of the file are called “Name”"),
        (b"PAR1" + b"x" * 100 + b"PAR1", "Parquet file is damaged"),
    ],
    ids=[
        "open quote",
        "long open quote",
        "no good row",
        "blank",
        "blanks",
        "7z",
        "Avro",
        "web page",
        "JSON",
        "JSON over several lines",
        "two columns of one name",
        "junk Parquet",
    ],
)
def test_what_can_not_be_imported_is_told_in_plain_words(content: bytes, words: str, folder: Path) -> None:
    source = folder / "strange.csv"
    source.write_bytes(content)
    with pytest.raises(Customer360Error, match=words):
        import_file(source=source, table_name="Strange")
    assert not Table.objects.exists()
