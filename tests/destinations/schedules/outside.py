"""What the storms ask of an installation that is not their own: steps of its clerk, see `tests.clerk`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.grants import Grant
from accounts.policies import Policy
from accounts.services import add_member, create_person, create_tenant
from customer360.models import Query
from destinations.delivery.models import Delivery, Slice
from destinations.orchestrations.models import Orchestration, OrchestrationRun, RunObject
from destinations.schedules.models import Occurrence
from destinations.schedules.recurrence import Kind, Schedule
from runtime import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.destinations.orchestrations.studio import Studio
from tests.sandbox import Account


def set_up(account: dict[str, Any], held: int, once: int, often: int, within: float) -> str:
    """Orchestrations that come due once within so many seconds, and `often` that do so every minute.

    `held` of them are of a query that is withdrawn by then: their runs say so, and cost no send.
    """
    tenant = create_tenant(slug="acme", name="Acme", time_zone="UTC", currency="EUR")
    with tenant_scope(tenant):
        person = create_person(email="operator@example.com", name="Operator", password="muster-test-2026")
        add_member(user=person, grant=Grant.of([Policy.DATAGRID_OPERATOR]), actor=None)
        studio = Studio.open(person, Account(**account))
        query, withdrawn = studio.query(where="score <= 3"), studio.query("Withdrawn", "score <= 3")
        start = clock.now() + timedelta(seconds=20)
        for number in range(held + once):
            due = start + timedelta(seconds=within * number / (held + once))
            is_held = number % ((held + once) // once) != 0
            name, sent = (f"Held {number}", withdrawn) if is_held else (f"Once {number}", query)
            _schedule(studio, sent, name, kind=Kind.ONCE, starts_on=due.date(), at=due.time())
        for number in range(often):
            rule = {"kind": Kind.CRON, "cron": "* * * * *", "starts_on": start.date()}
            _schedule(studio, query, f"Often {number}", not_before=start, **rule)
        Query.objects.filter(pk=withdrawn.pk).update(status=Query.Status.DRAFT)
    return start.isoformat()


def _schedule(studio: Studio, query: Any, name: str, **rule: Any) -> None:
    schedule = Schedule(zone="UTC", **rule)
    studio.orchestration(
        query, name=name, list_name="{{ orchestration_name }}", workflow="scheduled", schedule=schedule
    )


def stop(until: str) -> None:
    """No further time of those that come every minute."""
    last = datetime.fromisoformat(until)
    with tenant_scope(Tenant.objects.get()):
        Orchestration.objects.filter(next_run_at__gt=last).update(next_run_at=None)


def report() -> dict[str, Any]:
    """What was started: due times and starts by orchestration, and how many runs have not ended."""
    with tenant_scope(Tenant.objects.get()):
        names = dict(Orchestration.objects.values_list("pk", "name"))
        runs = OrchestrationRun.objects.order_by("number").select_related("orchestration")
        started: dict[str, list[str]] = {}
        for run in runs:
            assert run.due_at is not None
            started.setdefault(run.orchestration.name, []).append(run.due_at.astimezone(UTC).isoformat())
        deliveries = RunObject.objects.order_by("run__number").select_related("run__orchestration", "delivery")
        begun: dict[str, list[int]] = {}
        for sent in deliveries.filter(delivery__slices__phase=Slice.Phase.CONNECT):
            begun.setdefault(sent.run.orchestration.name, []).append(_beginning(sent.delivery))
        times: dict[str, int] = {}
        for occurrence in Occurrence.objects.all():
            name = names[occurrence.owner_id]
            times[name] = times.get(name, 0) + 1 + occurrence.passed_over
        return {
            "started": started,
            "begun": begun,
            "times": times,
            "open": [_standing(run) for run in runs.filter(ended_at=None)],
            "waiting": list(
                Orchestration.objects.filter(next_run_at__lte=clock.now()).values_list("name", flat=True)
            ),
            "states": sorted({sent.status for sent in deliveries}),
        }


def _beginning(delivery: Delivery) -> int:
    """Grows with the order in which deliveries began, whatever clocks said: the id of the first piece of work."""
    return int(delivery.slices.earliest("pk").pk)


def _standing(run: OrchestrationRun) -> str:
    """For whoever reads why a test did not come to its end."""
    sent = Delivery.objects.filter(orchestration_runs__run=run).first()
    where = f"{sent.status}, lease {sent.leased_until}" if sent else "not begun"
    return f"{run}: {where}"
