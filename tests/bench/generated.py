"""Customers and orders for benchmarks: made once for each size, the same every time, kept below `.muster`.

`brand(1_000_000)` is the files; `load(brand)` puts them into the active tenant's Customer 360 as an import would.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq

from customer360 import services, storage
from customer360.companions import with_companions
from customer360.engine import DataType, duckdb_sql
from customer360.manifest import Manifest, ManifestFile
from customer360.models import Table
from customer360.semantics import Semantic
from customer360.services import ColumnDraft
from runtime.home import Home

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Home.of(Path(__file__).resolve().parents[2], os.environ).path / "bench"
ORDERS_EACH = 5
FORM = 4
"""Part of the folder's name: raise it when the data below change."""

FORM_OF_FILES = ", ".join(f"{option} {value}" for option, value in duckdb_sql.FILE_FORM.items())

# Every value follows from the row's number, scattered: without order as chance would have it, and repeatable.
SCATTERED = """
CREATE MACRO stirred(x) AS (xor(x, x >> 15) * 73244475) & 2147483647;
CREATE MACRO scattered(x) AS xor(stirred(stirred(x)), stirred(stirred(x)) >> 15)
"""
CUSTOMERS = """
SELECT
  'C' || lpad(CAST(n AS VARCHAR), 9, '0') AS customer_id,
  CASE n % 50
    WHEN 7 THEN 'Person' || n || '@'
    WHEN 33 THEN NULL
    ELSE 'Person' || n || '@Example' || a % 40 || '.com'
  END AS email,
  'First' || a % 1000 AS given_name,
  'Last' || b % 5000 AS surname,
  CASE WHEN c % 4 > 0 THEN '+44 7700 ' || lpad(CAST(c % 1000000 AS VARCHAR), 6, '0') END AS phone,
  CASE WHEN b % 3 > 0 THEN DATE '1940-01-01' + CAST(b % 23000 AS INT) END AS birthdate,
  ['female', 'male', 'other', NULL][1 + a % 4] AS gender,
  1 + a % 300 || ' High Street' AS street,
  'P' || b % 9000 AS postal,
  'Town ' || a % 700 AS city,
  'Region ' || b % 40 AS state,
  ['United Kingdom', 'Germany', 'France', 'Spain', 'Italy', 'Norway'][1 + c % 6] AS country,
  ['en', 'de', 'fr', 'es'][1 + c % 4] AS language,
  TIMESTAMPTZ '2018-01-01 00:00:00+00' + to_seconds(a % 250000000) AS created_at,
  TIMESTAMPTZ '2025-01-01 00:00:00+00' + to_seconds(b % 47000000) AS last_seen,
  ['none', 'bronze', 'silver', 'gold'][1 + b % 4] AS loyalty_tier,
  a % 12000 AS loyalty_points,
  'Store ' || c % 250 AS store,
  ['web', 'app', 'shop', 'phone'][1 + a % 4] AS channel,
  b % 10 < 6 AS opted_in_email,
  c % 10 < 3 AS opted_in_sms,
  DATE '2018-01-01' + CAST(a % 2900 AS INT) AS first_order,
  DATE '2024-01-01' + CAST(b % 1000 AS INT) AS last_order,
  c % 60 AS order_count,
  CAST(b % 900000 / 100.0 AS DECIMAL(18, 4)) AS lifetime_value,
  CAST(a % 30000 / 100.0 AS DECIMAL(18, 4)) AS average_order,
  'Category ' || c % 30 AS favourite_category,
  a % 10000 / 10000.0 AS score,
  b % 10000 / 10000.0 AS churn_risk,
  CASE WHEN c % 5 = 0 THEN 'C' || lpad(CAST(c % ? AS VARCHAR), 9, '0') END AS referrer
FROM (
  SELECT range AS n, scattered(range) AS a, scattered(range + 500000003) AS b, scattered(range + 1000000007) AS c
  FROM range(?)
)
"""
# In the order in which they were made, as a shop writes them, but for the hours of a day.
ORDERS = """
SELECT
  'O' || n AS order_id,
  'C' || lpad(CAST(a % ? AS VARCHAR), 9, '0') AS customer_id,
  TIMESTAMPTZ '2022-01-01 00:00:00+00' + to_seconds(n * 141000000 // ? + b % 86400) AS ordered_at,
  CAST(1 + c % 40000 / 100.0 AS DECIMAL(18, 4)) AS value,
  1 + c % 8 AS units,
  'Category ' || a % 30 AS category
FROM (
  SELECT range AS n, scattered(range) AS a, scattered(range + 500000003) AS b, scattered(range + 1000000007) AS c
  FROM range(?)
)
"""
# Beside the address, what an import computes; said more simply, since these addresses are known.
PROFILES = """
SELECT *, CASE WHEN email LIKE '%.com' THEN lower(email) END AS email__email,
  CASE WHEN email IS NULL THEN 'empty' WHEN email NOT LIKE '%.com' THEN 'no_domain' END AS email__email_reason
FROM customers
"""
PERSONAL = {"email", "given_name", "surname", "phone", "birthdate", "street"}
MEANINGS = {
    "customer_id": Semantic.CUSTOMER_KEY,
    "email": Semantic.EMAIL,
    "country": Semantic.COUNTRY,
    "order_id": Semantic.ORDER_ID,
    "ordered_at": Semantic.ORDER_TIME,
    "value": Semantic.ORDER_VALUE,
    "units": Semantic.ORDER_QUANTITY,
}


@dataclass(frozen=True, slots=True)
class Brand:
    """So many customers of 30 columns, as text and as Parquet with what an import computes, and their orders."""

    customers: int
    folder: Path

    @property
    def text(self) -> Path:
        return self.folder / "customers.csv"

    @property
    def profiles(self) -> Path:
        return self.folder / "customers.parquet"

    @property
    def orders(self) -> Path:
        return self.folder / "orders.parquet"


def brand(customers: int) -> Brand:
    """The files of a brand of this size, made at the first call."""
    folder = FOLDER / f"brand-{FORM}-{customers}"
    made = Brand(customers, folder)
    if not made.text.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(made)
    return made


def load(made: Brand, *, profiles: str = "Customer360", orders: str = "Orders") -> tuple[Table, Table]:
    """Both tables in the active tenant, as imports would have left them; their files are links."""
    return (
        _table(profiles, made.profiles, Table.Role.CUSTOMER_PROFILES, "customer_id"),
        _table(orders, made.orders, Table.Role.ORDERS, "order_id"),
    )


def _table(name: str, file: Path, role: Table.Role, key: str) -> Table:
    columns = _columns(file)
    table = services.create_table(name=name, columns=columns, role=role, key_column=key)
    link = storage.new_file(table)
    link.hardlink_to(file)
    rows = pq.read_metadata(file).num_rows
    manifest = Manifest(
        columns=tuple(column.name for column in columns),
        files=(ManifestFile(name=storage.name_of(link), rows=rows),),
    )
    services.publish_version(table=table, manifest=manifest, row_count=rows, origin="Generated")
    return table


def _columns(file: Path) -> Sequence[ColumnDraft]:
    schema = pq.read_schema(file)
    own = [
        ColumnDraft(
            field.name,
            _TYPES[str(field.type).split("(", 1)[0].split("[", 1)[0]],
            MEANINGS.get(field.name, ""),
            field.name in PERSONAL,
        )
        for field in schema
        if "__email" not in field.name
    ]
    return list(with_companions(own))


_TYPES = {
    "string": DataType.STRING,
    "int64": DataType.INTEGER,
    "double": DataType.FLOAT,
    "bool": DataType.BOOLEAN,
    "date32": DataType.DATE,
    "timestamp": DataType.DATETIME,
    "decimal128": DataType.DECIMAL,
}


def _write(made: Brand) -> None:
    """The text last: it is what tells that all is there."""
    with duckdb.connect(
        config={"memory_limit": "3GiB", "threads": 2, "temp_directory": str(made.folder)}
    ) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(SCATTERED)
        orders = made.customers * ORDERS_EACH
        engine.execute(f"CREATE TABLE customers AS {CUSTOMERS}", [made.customers, made.customers])
        engine.execute(f"COPY ({PROFILES}) TO '{made.profiles}' ({FORM_OF_FILES})")
        engine.execute(f"COPY ({ORDERS}) TO '{made.orders}' ({FORM_OF_FILES})", [made.customers, orders, orders])
        unfinished = made.text.with_suffix(".unfinished")
        engine.execute(f"COPY customers TO '{unfinished}' (FORMAT CSV, HEADER)")
        unfinished.rename(made.text)
