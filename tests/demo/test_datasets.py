from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from demo.datasets import Dataset, DatasetFiles, build, weeks_until

if TYPE_CHECKING:
    from pathlib import Path

WEEKS = 780  # a fixed shift: the last invoice falls on 2026-11-20


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> DatasetFiles:
    return build(Dataset.ONLINE_RETAIL, tmp_path_factory.mktemp("retail"), weeks=WEEKS)


def rows(sql: str, *paths: Path) -> list[tuple[object, ...]]:
    return duckdb.execute(sql, [str(path) for path in paths]).fetchall()


def test_every_invoice_and_every_customer_of_the_source_is_there(retail: DatasetFiles) -> None:
    assert rows("SELECT count(*), count(DISTINCT customer_id) FROM read_parquet(?)", retail.orders) == [
        (25943, 4372)
    ]
    assert rows("SELECT count(*), count(DISTINCT customer_id) FROM read_parquet(?)", retail.customers) == [
        (4372, 4372)
    ]


def test_every_order_of_a_known_customer_finds_them(retail: DatasetFiles) -> None:
    missing = """
        SELECT customer_id FROM read_parquet(?) WHERE customer_id IS NOT NULL
        EXCEPT SELECT customer_id FROM read_parquet(?)
    """
    assert rows(missing, retail.orders, retail.customers) == []


def test_two_builds_make_the_same_people(retail: DatasetFiles, tmp_path: Path) -> None:
    again = build(Dataset.ONLINE_RETAIL, tmp_path, weeks=WEEKS)
    everyone = "SELECT * FROM read_parquet(?)"
    assert rows(everyone, again.customers) == rows(everyone, retail.customers)
    assert rows(everyone, again.orders) == rows(everyone, retail.orders)


def test_addresses_are_in_reserved_domains_or_cannot_be_mailed(retail: DatasetFiles) -> None:
    elsewhere = r"""
        SELECT email FROM read_parquet(?)
        WHERE NOT regexp_matches(lower(trim(email)), '[@.]example\.(com|org|net)$')
            AND email NOT LIKE '%@example.con'
    """
    assert rows(elsewhere, retail.customers) == []


@pytest.mark.parametrize(
    ("mistake", "pattern"),
    [
        ("no @", "^[^@]+$"),
        ("quotation marks", '^"[^"]+"@'),
        ("unknown top-level domain", r"\.con$"),
        ("two dots", r"\.\..*@"),
        ("a blank inside", r"^\w+ \w+@"),
        ("an accent before the @", "[áé].*@"),
        ("two addresses", ";"),
        ("capitals", "^[A-Z0-9.]+@"),
        ("blanks around", "^ .* $"),
        ("an international domain", "@bücher"),
    ],
)
def test_each_instructive_mistake_occurs(retail: DatasetFiles, mistake: str, pattern: str) -> None:
    found = duckdb.execute(
        "SELECT count(*) FROM read_parquet(?) WHERE regexp_matches(email, ?)", [str(retail.customers), pattern]
    ).fetchone()
    assert found is not None
    assert 5 <= found[0] <= 60, mistake


def test_some_customers_have_no_address_and_some_share_one(retail: DatasetFiles) -> None:
    assert rows("SELECT count(*) FROM read_parquet(?) WHERE email IS NULL", retail.customers) == [(32,)]
    shared = "SELECT count(*) FROM (SELECT email FROM read_parquet(?) GROUP BY email HAVING count(email) = 2)"
    assert rows(shared, retail.customers) == [(27,)]


def test_orders_move_by_whole_weeks_into_the_week_before_installation(retail: DatasetFiles) -> None:
    installed = datetime(2026, 11, 20, 23, 45)  # noqa: DTZ001 the shop's own clock
    assert weeks_until(installed) == WEEKS
    assert rows("SELECT min(ordered_at), max(ordered_at) FROM read_parquet(?)", retail.orders) == [
        (datetime(2025, 11, 12, 8, 26), datetime(2026, 11, 20, 12, 50))  # noqa: DTZ001 the shop's own clock
    ]


@pytest.mark.parametrize(
    ("local_now", "weeks"),
    [(datetime(2011, 12, 9, 12, 50), 0), (datetime(2011, 12, 16, 12, 49), 0), (datetime(2011, 12, 16, 12, 50), 1)],  # noqa: DTZ001
)
def test_no_order_is_ever_in_the_future(local_now: datetime, weeks: int) -> None:
    assert weeks_until(local_now) == weeks


def test_the_second_tenant_is_small_and_shares_no_customer_key(tmp_path: Path, retail: DatasetFiles) -> None:
    coffee = build(Dataset.HARBOUR_COFFEE, tmp_path, weeks=WEEKS)
    assert rows("SELECT count(*), count(DISTINCT customer_id) FROM read_parquet(?)", coffee.customers) == [
        (240, 240)
    ]
    both = "SELECT customer_id FROM read_parquet(?) INTERSECT SELECT customer_id FROM read_parquet(?)"
    assert rows(both, coffee.customers, retail.customers) == []
