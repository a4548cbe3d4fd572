"""What the tests ask of an installation that is not their own: steps of its clerk, see `tests.clerk`."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import duckdb

from destinations.delivery import services
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.specs import FieldMapping
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.destinations.delivery.desk import Desk

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

CITY = FieldMapping(column="town", field="city")
BORN = FieldMapping(column="born", field="birthday")  # a date at HubSpot, unchecked text here
CUSTOMERS = """
SELECT
  'c' || number AS id,
  CASE WHEN number % $bad_address = 0 THEN 'p' || number || '@nowhere' ELSE 'p' || number || '@example.com' END
    AS email,
  'Rome' AS town,
  CASE WHEN number % $bad_value = 0 THEN 'noon' ELSE '2026-01-05' END AS born
FROM range(1, $audience + 1) AS numbers(number)
"""
NEVER = 2**31


def start(
    *,
    portal: int,
    token: str,
    audience: int,
    list_name: str,
    owner: int,
    tenant: str = "acme",
    fields: list[str] | None = None,
    status: bool = False,
    bad_address: int = NEVER,
    bad_value: int = NEVER,
    **settings: Any,
) -> dict[str, Any]:
    """Starts a delivery to a list; every `bad_…`-th customer has such a fault. Answers the delivery's id."""
    desk = _desk(tenant, portal, token, settings)
    desk.list_name = list_name
    desk.owner = desk.owner.model_copy(update={"id": owner})
    with duckdb.connect() as engine:
        wanted = {"audience": audience, "bad_address": bad_address, "bad_value": bad_value}
        rows = engine.sql(CUSTOMERS, params=wanted).to_arrow_table()
    mapped = [field for field in (CITY, BORN) if field.field in (fields or [])]
    target = desk.target(status=f"status_{owner}" if status else None)
    return {"delivery": desk.start(rows, fields=mapped, target=target).pk}


def again(*, delivery: int, tenant: str = "acme") -> dict[str, Any]:
    """Sends the same audience to the same place once more."""
    with tenant_scope(Tenant.objects.get(slug=tenant)):
        before = Delivery.objects.select_related("target").get(pk=delivery)
        started = services.start_delivery(
            target=before.target,
            audience=before.audience,
            mapping=before.mapping,
            connector=before.connector,
            guards=before.guards,
            started_by=None,
        )
    return {"delivery": started.pk}


def report(*, delivery: int, tenant: str = "acme") -> dict[str, Any]:
    """Status, error, counts, calls by purpose, and the times of its steps in seconds since it was started."""
    with tenant_scope(Tenant.objects.get(slug=tenant)):
        found = Delivery.objects.get(pk=delivery)
        calls = Counter[str]()
        for made in Slice.objects.of(found).values_list("calls", flat=True):
            calls.update(made)
    times = {"planned": found.planned_at, "sending": found.sending_at, "finished": found.finished_at}
    return {
        "status": found.status,
        "error": found.error,
        "counts": found.counts,
        "calls": dict(calls),
        "estimated_calls": found.estimated_calls,
        "seconds": {step: (at - found.created_at).total_seconds() for step, at in times.items() if at},
    }


def outcomes(*, delivery: int, tenant: str = "acme") -> dict[str, str]:
    owner = Tenant.objects.get(slug=tenant)
    with tenant_scope(owner):
        found = Delivery.objects.get(pk=delivery)
    desk = Desk(owner, cast("Sandbox", None), found.connector)
    return desk.outcomes(found)


def _desk(slug: str, portal: int, token: str, settings: dict[str, Any]) -> Desk:
    tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize()})
    sandbox = cast("Sandbox", SimpleNamespace(account=SimpleNamespace(portal=portal, token=token)))
    return Desk.open(tenant, sandbox, **settings)
