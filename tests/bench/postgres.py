"""The same customers and orders in PostgreSQL, with keys and indexes as a Django developer would give them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from django.db.backends.utils import CursorWrapper

    from tests.bench.generated import Brand

TABLES = """
CREATE TABLE bench_customer (
  id bigint PRIMARY KEY, customer_id varchar(20) NOT NULL UNIQUE, country varchar(60) NOT NULL,
  loyalty_points integer NOT NULL, opted_in_email boolean NOT NULL, lifetime_value numeric(18, 4) NOT NULL,
  last_seen timestamptz NOT NULL, email text, given_name text NOT NULL, surname text NOT NULL, city text NOT NULL,
  loyalty_tier varchar(20) NOT NULL, channel varchar(20) NOT NULL, store text NOT NULL
);
CREATE TABLE bench_order (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES bench_customer, ordered_at timestamptz NOT NULL,
  value numeric(18, 4) NOT NULL, units integer NOT NULL, category varchar(40) NOT NULL
)
"""
INDEXES = """
CREATE INDEX ON bench_customer (country);
CREATE INDEX ON bench_customer (loyalty_points);
CREATE INDEX ON bench_customer (lifetime_value);
CREATE INDEX ON bench_customer (last_seen);
CREATE INDEX ON bench_order (customer_id, ordered_at);
CREATE INDEX ON bench_order (ordered_at)
"""
CUSTOMERS = """
SELECT CAST(substr(customer_id, 2) AS BIGINT) AS id, customer_id, country, loyalty_points, opted_in_email,
  lifetime_value, last_seen, email, given_name, surname, city, loyalty_tier, channel, store
FROM read_parquet('{}')
"""
ORDERS = """
SELECT CAST(substr(order_id, 2) AS BIGINT) AS id, CAST(substr(customer_id, 2) AS BIGINT), ordered_at, value, units,
  category
FROM read_parquet('{}')
"""
COUNTS = {
    "five conditions": """
        SELECT COUNT(*) FROM bench_customer WHERE country IN ('United Kingdom', 'Germany')
          AND loyalty_points >= 3000 AND opted_in_email AND lifetime_value > 1000
          AND last_seen >= %(day)s::date - INTERVAL '1 year' + INTERVAL '1 day'
    """,
    "orders of a year": """
        SELECT COUNT(*) FROM bench_customer WHERE id IN (
          SELECT customer_id FROM bench_order WHERE ordered_at >= %(day)s::date - INTERVAL '1 year'
          GROUP BY customer_id HAVING COUNT(*) >= 2)
    """,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What PostgreSQL found, and the seconds of each run."""

    found: int
    seconds: list[float]


def counted_by_postgres(brand: Brand, today: date, *, times: int) -> dict[str, Counted]:
    """Each count on warm, analysed tables, which are gone afterwards. `today` begins in UTC."""
    with connections["owner"].cursor() as cursor, _loaded(cursor, brand):
        return {name: _counted(cursor, sql, today, times) for name, sql in COUNTS.items()}


def _counted(cursor: CursorWrapper, sql: str, today: date, times: int) -> Counted:
    seconds = []
    for _ in range(times + 1):
        began = time.perf_counter()
        cursor.execute(sql, {"day": today})
        ((found,),) = cursor.fetchall()
        seconds.append(time.perf_counter() - began)
    return Counted(found, seconds[1:])


@contextmanager
def _loaded(cursor: CursorWrapper, brand: Brand) -> Iterator[None]:
    cursor.execute(TABLES)
    try:
        for table, query in {
            "bench_customer": CUSTOMERS.format(brand.profiles),
            "bench_order": ORDERS.format(brand.orders),
        }.items():
            _copy(cursor, table, query, brand.folder / "rows.csv")
        cursor.execute(INDEXES)
        cursor.execute("VACUUM ANALYZE bench_customer, bench_order")
        yield
    finally:
        cursor.execute("DROP TABLE bench_order, bench_customer")


def _copy(cursor: CursorWrapper, table: str, query: str, text: Path) -> None:
    with duckdb.connect(config={"memory_limit": "1GiB"}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"COPY ({query}) TO '{text}' (FORMAT CSV, HEADER false)")
    with text.open("rb") as rows, cursor.copy(f"COPY {table} FROM STDIN (FORMAT CSV)") as copy:
        while block := rows.read(1 << 20):
            copy.write(block)
    text.unlink()
