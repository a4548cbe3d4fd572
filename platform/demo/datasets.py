"""The made-up customers and the real orders of the demo tenants, as files that can be imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent / "data"
LAST_INVOICE = datetime(2011, 12, 9, 12, 50)  # noqa: DTZ001 the shop's own clock, as in the file

CUSTOMERS = """
    SELECT people.customer_id, given_name, surname, email, country, accepts_email
    FROM people JOIN keys USING (customer_id) ORDER BY people.customer_id
"""
ORDERS = "SELECT * FROM orders ORDER BY ordered_at, invoice_no"
# Four of five customers are already contacts in HubSpot, by the address in the form that HubSpot stores.
CONTACTS = """
    SELECT DISTINCT replace(lower(trim(email)), 'bücher', 'xn--bcher-kva') AS email, given_name, surname, country
    FROM people JOIN keys USING (customer_id)
    WHERE is_sendable AND choice(customer_id, 'contact', 100) < 80 ORDER BY email
"""


class Dataset(StrEnum):
    """Which orders; the value names the SQL file that makes them."""

    ONLINE_RETAIL = "online_retail"
    HARBOUR_COFFEE = "harbour_coffee"


@dataclass(frozen=True, slots=True)
class DatasetFiles:
    """Customers and orders to import, and the contacts that HubSpot has from the start."""

    customers: Path
    orders: Path
    contacts: Path

    @classmethod
    def within(cls, folder: Path) -> Self:
        return cls(folder / "customers.parquet", folder / "orders.parquet", folder / "contacts.csv")

    @property
    def exist(self) -> bool:
        return all(path.exists() for path in (self.customers, self.orders, self.contacts))


def weeks_until(local_now: datetime) -> int:
    """By how many whole weeks every date moves so that the last invoice falls in the week before `local_now`."""
    return (local_now.replace(tzinfo=None) - LAST_INVOICE) // timedelta(weeks=1)


def build(dataset: Dataset, folder: Path, *, weeks: int) -> DatasetFiles:
    """Files in `folder`, the last one written last: always the same rows for the same `weeks`."""
    folder.mkdir(parents=True, exist_ok=True)
    files = DatasetFiles.within(folder)
    with duckdb.connect() as connection:
        for name, value in _variables(weeks):
            connection.execute(f"SET VARIABLE {name} = ?", [value])
        for script in (f"{dataset}.sql", "people.sql"):
            connection.execute((DATA / script).read_text(encoding="utf-8"))
        connection.sql(CUSTOMERS).write_parquet(str(files.customers), compression="zstd")
        connection.sql(ORDERS).write_parquet(str(files.orders), compression="zstd")
        connection.sql(CONTACTS).write_csv(str(files.contacts), header=False)
    return files


def _variables(weeks: int) -> Iterator[tuple[str, str | int]]:
    yield "weeks", weeks
    yield "names", str(DATA / "names.csv")
    yield "countries", str(DATA / "countries.csv")
    yield "invoices", str(DATA / "online_retail_invoices.csv.gz")
