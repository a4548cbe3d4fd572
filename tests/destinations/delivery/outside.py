"""What the tests ask of an installation that is not their own: `python -m … STEP JSON`, the answer is JSON."""

from __future__ import annotations

import json
import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
import pyarrow as pa

django.setup()

from destinations.delivery.models import Delivery, Slice, Target  # noqa: E402 - after the set-up
from destinations.delivery.specs import FieldMapping  # noqa: E402
from destinations.models import Credential  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tenants.scope import tenant_scope  # noqa: E402
from tests.destinations.delivery.desk import Desk, people  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox

FIELDS = [FieldMapping(column="town", field="city")]


def start(
    *, portal: int, token: str, audience: int, list_name: str, owner: int, tenant: str = "acme", **settings: Any
) -> dict[str, Any]:
    """Starts a delivery of so many customers, with a town and a status, to a list; answers its id."""
    desk = _desk(tenant, portal, token, settings)
    desk.list_name = list_name
    desk.owner = desk.owner.model_copy(update={"id": owner})
    keys, emails = zip(*people(*range(1, audience + 1)), strict=True)
    rows = pa.table({"id": list(keys), "email": list(emails), "town": ["Rome"] * audience})
    target = desk.target(status=f"status_{owner}")
    delivery = desk.start(rows, fields=FIELDS, target=target)
    return {"delivery": delivery.pk}


def report(*, delivery: int, tenant: str = "acme") -> dict[str, Any]:
    """Status, error, counts, calls, and how many outcomes of which kind the file of outcomes holds."""
    with tenant_scope(Tenant.objects.get(slug=tenant)):
        found = Delivery.objects.get(pk=delivery)
        slices = Slice.objects.of(found)
        return {
            "status": found.status,
            "error": found.error,
            "counts": found.counts,
            "epochs": sum(slices.values_list("lease_epoch", flat=True)),
            "slices": slices.count(),
        }


def outcomes(*, delivery: int, tenant: str = "acme") -> dict[str, str]:
    owner = Tenant.objects.get(slug=tenant)
    with tenant_scope(owner):
        found = Delivery.objects.get(pk=delivery)
    desk = Desk(owner, cast("Sandbox", None), found.connector)
    return desk.outcomes(found)


def ledger_versions(*, tenant: str = "acme") -> dict[str, int]:
    with tenant_scope(Tenant.objects.get(slug=tenant)):
        return {str(target.pk): target.ledger_version for target in Target.objects.all()}


def _desk(slug: str, portal: int, token: str, settings: dict[str, Any]) -> Desk:
    tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize()})
    sandbox = cast("Sandbox", SimpleNamespace(account=SimpleNamespace(portal=portal, token=token)))
    with tenant_scope(tenant):
        Credential.objects.filter(name=f"HubSpot {portal}").delete()
    return Desk.open(tenant, sandbox, **settings)


STEPS: dict[str, Callable[..., Any]] = {
    "start": start,
    "report": report,
    "outcomes": outcomes,
    "ledger_versions": ledger_versions,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](**json.loads(sys.argv[2]))))  # noqa: T201 - the answer
