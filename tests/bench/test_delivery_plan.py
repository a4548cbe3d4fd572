"""What a plan takes: rows of ten attributes, first against nothing, then against a full ledger."""

from __future__ import annotations

import multiprocessing
import resource
import time
from typing import TYPE_CHECKING

import duckdb
import pytest
from django.db import connections

from destinations.delivery import planning
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.specs import FieldKind, FieldMapping
from tenants.scope import tenant_scope
from tests.destinations.delivery.conftest import acme, desk

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from tests.destinations.delivery.desk import Desk

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

__all__ = ["acme", "desk"]

KINDS = {
    "first_name": FieldKind.TEXT,
    "last_name": FieldKind.TEXT,
    "town": FieldKind.TEXT,
    "country": FieldKind.OPTION,
    "phone": FieldKind.TEXT,
    "lifetime_value": FieldKind.NUMBER,
    "orders": FieldKind.NUMBER,
    "subscribed": FieldKind.BOOLEAN,
    "first_order": FieldKind.DATE,
    "last_seen": FieldKind.DATETIME,
}
COUNTRIES = tuple(f"Country {number}" for number in range(40))


CUSTOMERS = """
SELECT
  'amp-' || number AS id, 'Person' || number || '@Example.com' AS email,
  'First' || number % 1000 AS first_name, 'Last' || number % 5000 AS last_name, 'Town ' || number % 300 AS town,
  'Country ' || number % 40 AS country, '+44 7700 ' || number AS phone,
  number % 1000 / 7 AS lifetime_value, number % 50 AS orders, number % 2 = 0 AS subscribed,
  DATE '2020-01-01' + CAST(number % 2000 AS INT) AS first_order,
  TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(number) AS last_seen
FROM range(?) AS numbers(number)
"""


def customers(rows: int) -> pa.Table:
    with duckdb.connect() as engine:
        return engine.sql(CUSTOMERS, params=[rows]).to_arrow_table()


def mapping() -> list[FieldMapping]:
    return [
        FieldMapping(column=name, field=name, kind=kind, options=COUNTRIES if kind is FieldKind.OPTION else ())
        for name, kind in KINDS.items()
    ]


def planned_in_a_worker(desk: Desk, rows: int) -> tuple[Delivery, float, float]:
    """Seconds, and MiB at the peak, of planning in a process of its own."""
    delivery = desk.start(customers(rows), fields=mapping())
    with tenant_scope(desk.tenant):
        Delivery.objects.filter(pk=delivery.pk).update(prepared={"list_id": "1", "size": 0})
        Slice.objects.of(delivery).update(state=Slice.State.DONE)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    worker = context.Process(target=_plan, args=(desk.tenant.pk, delivery.pk, theirs))
    worker.start()
    seconds, mebibytes = ours.recv()
    worker.join()
    return desk.now(delivery), seconds, mebibytes


def _plan(tenant_id: int, delivery_id: int, report: multiprocessing.connection.Connection) -> None:
    began = time.perf_counter()
    with tenant_scope(tenant_id):
        planning.plan(delivery_id)
    seconds = time.perf_counter() - began
    report.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def test_plan_of_a_million_rows(desk: Desk, measure: Callable[..., None]) -> None:
    few, seconds_for_few, _ = planned_in_a_worker(desk, 100_000)
    assert few.planned["adds"] == 100_000
    desk.list_name, desk.owner = "Many", desk.owner.model_copy(update={"id": 2})

    many, seconds, mebibytes = planned_in_a_worker(desk, 1_000_000)

    assert many.planned["adds"] == 1_000_000
    measure("plan of 1,000,000 rows with 10 attributes", seconds, "s", at_most=15)
    measure("memory of the worker that planned them", mebibytes, "MiB", at_most=1024)
    measure("time for ten times the rows", seconds / seconds_for_few, "times", at_most=10)
