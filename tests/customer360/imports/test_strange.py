"""Files as nobody should make them: each is imported or refused in words, and none ends in a fault of ours."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360 import storage
from customer360.errors import ImportFileError
from customer360.imports import running
from customer360.imports.proposing import propose_import
from customer360.imports.services import UNEXPECTED, import_file, run_import, start_import
from customer360.imports.spec import spec_of
from customer360.models import Import
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
