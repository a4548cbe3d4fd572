"""Where a delivery's Parquet files are, and the schemas of those that several steps share.

Every file is immutable and written whole or not at all. Its name includes what made it (a lease's epoch, a
version), so two workers who both believe they own a job never write the same file; a row in PostgreSQL says which
one counts. Names are kept relative to the tenant's folder.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from customer360 import storage
from customer360.engine.interface import PII_METADATA, ArrowRelation, DataFile, FileRelation

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from customer360.engine.interface import Relation

LEDGER = pa.schema(
    [
        ("identity", pa.string()),  # empty for members Muster did not add
        ("key", pa.string()),
        ("external_id", pa.string()),
        ("state", pa.string()),
        ("hash", pa.int64()),  # of what was last sent
    ]
)
IDENTITIES = pa.schema(
    [
        ("identity", pa.string()),
        ("external_id", pa.string()),  # empty: looked up and not found
        ("read_at", pa.timestamp("us", tz="UTC")),
    ]
)
MEMBERS = pa.schema([("external_id", pa.string())])
PROGRESS = pa.schema(
    [
        ("row", pa.int64()),
        ("external_id", pa.string()),
        ("absent", pa.bool_()),
        ("looked_up", pa.bool_()),
        ("written", pa.bool_()),
        ("created", pa.bool_()),
        ("tried_to_create", pa.bool_()),
        ("stuck_in", pa.int32()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("request_id", pa.string()),
    ]
)
OUTCOMES = pa.schema(
    [
        ("row", pa.int64()),
        ("leaver", pa.bool_()),
        ("change", pa.string()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("key", pa.string()),
        ("email", pa.string()),
        ("external_id", pa.string()),
        ("request_id", pa.string()),
        ("hash", pa.int64()),
        ("was_member", pa.bool_()),
        ("looked_up", pa.bool_()),
    ]
)
IDENTITY_PII = ("identity",)
OUTCOMES_PII = ("email",)


FIELD_PREFIX = "field_"  # keeps a destination's field names apart from other columns


def field_column(field: str) -> str:
    """Name of the column that holds a field's written form."""
    return FIELD_PREFIX + field


def path_of(name: str) -> Path:
    """The file of that name in the active tenant's folder."""
    return storage.tenant_folder() / "delivery" / name


def delivery_file(delivery_id: int, what: str, *, epoch: int) -> str:
    return f"deliveries/{delivery_id}/{what}-{epoch}.parquet"


def ledger_file(target_id: int, *, version: int, delivery_id: int, epoch: int) -> str:
    return f"targets/{target_id}/ledger-{version}-{delivery_id}-{epoch}.parquet"


def identities_file(kind: str, account: str, *, version: int) -> str:
    # The suffix separates two deliveries that write the next version of the same map at the same time.
    return f"accounts/{kind}-{account}/identities-{version}-{uuid4().hex[:8]}.parquet"


def relation(name: str, schema: pa.Schema) -> Relation:
    """The file as a relation, or a relation without rows when there is no file."""
    if not name:
        return ArrowRelation(schema.empty_table())
    return FileRelation((DataFile(path_of(name)),), tuple(schema.names))


def relation_of(name: str, columns: Collection[str]) -> Relation:
    return FileRelation((DataFile(path_of(name)),), tuple(columns))


def relation_of_all(names: Collection[str], schema: pa.Schema) -> Relation:
    if not names:
        return ArrowRelation(schema.empty_table())
    return FileRelation(tuple(DataFile(path_of(name)) for name in names), tuple(schema.names))


def pii_of(schema: pa.Schema) -> frozenset[str]:
    """The columns that hold personal data; all of them when the file does not say."""
    marks = (schema.metadata or {}).get(PII_METADATA.encode())
    return frozenset(schema.names if marks is None else json.loads(marks))


def write_table(table: pa.Table, name: str, *, pii: Collection[str]) -> None:
    """Writes the table with its PII marks; when this returns, the file survives a power cut."""
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    marked = table.replace_schema_metadata({PII_METADATA: json.dumps(sorted(pii))})
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    with unfinished.open("wb") as stream:
        pq.write_table(marked, stream)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
