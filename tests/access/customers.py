"""Acme's customers: every value of a column with personal data begins with CANARY."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from customer360 import storage
from customer360.companions import address_column, reason_column
from customer360.engine import DataType
from customer360.models import Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft, append_file, create_table
from tests.access.making import CANARY

PEOPLE = ("ana", "bo", "cy")


def make_customers(key: str = "id") -> Table:
    """`Customer360` with that key column, in the active tenant."""
    table = create_table(
        name="Customer360",
        role=Table.Role.CUSTOMER_PROFILES,
        key_column=key,
        columns=[
            ColumnDraft(key, DataType.STRING, Semantic.KEY, is_pii=False),
            ColumnDraft("email", DataType.STRING, Semantic.EMAIL),
            ColumnDraft("name", DataType.STRING, is_pii=True),
            ColumnDraft("country", DataType.STRING, Semantic.COUNTRY, is_pii=False),
            ColumnDraft(address_column("email"), DataType.STRING, companion_of="email"),
            ColumnDraft(reason_column("email"), DataType.STRING, is_pii=False, companion_of="email"),
        ],
    )
    rows = pa.table(
        {
            key: [f"customer-{number}" for number, _ in enumerate(PEOPLE)],
            "email": [f"{CANARY}-{person}@example.com" for person in PEOPLE],
            "name": [f"{CANARY} {person.title()}" for person in PEOPLE],
            "country": ["Spain", "Spain", "Norway"],
            address_column("email"): [f"{CANARY}-{person}@example.com" for person in PEOPLE],
            reason_column("email"): pa.nulls(len(PEOPLE), pa.string()),
        }
    )
    path = storage.new_file(table)
    pq.write_table(rows, path)
    append_file(table=table, path=path, row_count=rows.num_rows)
    return table
