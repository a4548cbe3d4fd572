"""A small table of people, and what its imports left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from sqlglot import exp

from customer360 import catalog, storage
from customer360.engine import INTERACTIVE, installed_engine
from customer360.imports import services as imports
from customer360.models import Import, Table

if TYPE_CHECKING:
    from pathlib import Path


PEOPLE = (
    "customer_id,email,joined,spent,optin,seen\n"
    "C1, Ada@Example.com,2026-01-31,10.50,yes,2026-06-30 12:00:00\n"
    "C2,nobody,2025-12-01,,no,2026-06-30T12:00:00Z\n"
)


def upload(text: str | bytes, name: str = "people.csv") -> Path:
    path = storage.new_upload(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def imported(tmp_path: Path, text: str | bytes, **options: object) -> Table:
    chosen = {"table_name": "People", "role": Table.Role.CUSTOMER_PROFILES, "key_column": "customer_id", **options}
    table = imports.import_file(source=upload(text), **chosen).table  # type: ignore[arg-type]  # passed through
    assert isinstance(table, Table)
    return table


def rows(*columns: str) -> list[tuple[object, ...]]:
    query = (
        exp.select(*(exp.column(name, quoted=True) for name in columns)).from_("People").order_by("customer_id")
    )
    with installed_engine().open_session(catalog.current_relations(), limits=INTERACTIVE) as session:
        return session.rows(query)


def rejects_of(import_: Import) -> list[tuple[int, str, str]]:
    report = pq.read_table(storage.path_of(import_.rejects)).to_pylist()
    return [(row["line"], row["column"], row["reason"]) for row in report]


def latest() -> Import:
    return Import.objects.latest("created_at")
