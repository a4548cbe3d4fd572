from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from destinations.delivery import files
from destinations.delivery.models import Delivery, Target
from destinations.delivery.outcomes import Change, Counts, Status
from destinations.delivery.specs import (
    AccountRef,
    AudienceSpec,
    ConnectorSettings,
    Guards,
    ListLanding,
    MappingSpec,
    Scope,
    TargetSpec,
)
from runtime import clock
from tests.access.making import CANARY, made_for
from tests.access.objects.destinations import credential, data_template

if TYPE_CHECKING:
    from tests.cast import Cast

ACCOUNT = AccountRef(kind="hubspot", account="4711", app="access")


@made_for("deliveries/<int:delivery_id>/")
def delivery(cast: Cast) -> Delivery:
    """One that ended: a customer failed and one was added, and the report names both by e-mail address."""
    target, _created = Target.objects.get_or_create(
        kind="hubspot",
        account="4711",
        owner_kind="test",
        owner_id=1,
        defaults={"owner_label": "Lapsed", "spec": TargetSpec(list=ListLanding(name="Lapsed"))},
    )
    return Delivery.objects.filter(target=target).first() or _ended(cast, target)


def _ended(cast: Cast, target: Target) -> Delivery:
    made = Delivery.objects.create(
        target=target,
        status=Delivery.Status.COMPLETED_WITH_ERRORS,
        scope=Scope.FULL,
        name="Lapsed",
        audience=AudienceSpec(sql="SELECT 1", versions={}, key="id", label="Lapsed", decided_by_pii=False),
        mapping=MappingSpec(identity="email", data_template_id=data_template(cast).pk),
        connector=ConnectorSettings(account=ACCOUNT, credential=credential(cast).pk, destination="HubSpot"),
        guards=Guards(),
        account=str(ACCOUNT),
        counts=Counts(audience=2, failed=1, added=1).as_json(),
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    made.outcomes_file = outcomes_of(made)
    made.save()
    return made


def outcomes_of(delivery: Delivery) -> str:
    name = files.delivery_file(delivery.pk, "outcomes", epoch=1)
    rows = [_row(0, "ana", Status.FAILED, "refused"), _row(1, "bo", Status.ADDED, None)]
    files.write_table(pa.Table.from_pylist(rows, files.OUTCOMES), name, pii=files.OUTCOMES_PII)
    return name


def _row(number: int, person: str, status: Status, reason: str | None) -> dict[str, object]:
    return {
        "row": number,
        "leaver": False,
        "change": Change.ADD,
        "status": status,
        "reason": reason,
        "key": f"customer-{number}",
        "email": f"{CANARY}-{person}@example.com",
        "external_id": None,
        "request_id": "9c1f0f0e-8d0b" if status is Status.FAILED else None,
        "hash": None,
        "was_member": False,
        "looked_up": True,
    }
