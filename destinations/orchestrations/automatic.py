"""Runs after new data, which is found by comparing version ids, never pushed up from the layers below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from customer360.models import Table
from destinations.orchestrations import readiness
from destinations.orchestrations.audiences import tables_read
from destinations.orchestrations.errors import RunRefusedError
from destinations.orchestrations.models import Orchestration, OrchestrationRun
from destinations.orchestrations.operations import STALE_FUNCTION
from destinations.schedules.dispatch import Work, find_due

if TYPE_CHECKING:
    from collections.abc import Mapping

    from destinations.delivery.models import Delivery


def work() -> Work:
    return Work("automatic orchestrations", find=lambda: find_due(STALE_FUNCTION), take=take)


@transaction.atomic
def take(pk: int) -> None:
    """Starts a run for the current versions, unless a run is under way: then they wait for its end.

    After a run that was held or left out objects, they wait until the obstacle is gone or has changed; what was
    sent waits for nothing.
    """
    from destinations.orchestrations.services.running import open_run

    automatic = Orchestration.objects.filter(workflow=Orchestration.Workflow.AUTOMATIC, is_paused=False)
    row = automatic.select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None or row.runs.open().exists():
        return
    versions = _current(row.seen_versions)
    if versions == row.seen_versions or _is_still_held(row):
        return
    row.seen_versions = versions
    row.save(update_fields=["seen_versions"])
    open_run(row, cause=OrchestrationRun.Cause.DATA)


def see_nothing(orchestration: Orchestration) -> None:
    """Makes the current data count as new again, because a run has not sent all of it."""
    unseen = dict.fromkeys(orchestration.seen_versions)
    Orchestration.objects.filter(pk=orchestration.pk).update(seen_versions=unseen)


def _is_still_held(row: Orchestration) -> bool:
    """Whether the obstacle to the last run after new data, or to its objects, remains; it was already reported."""
    last = row.runs.filter(cause=OrchestrationRun.Cause.DATA).order_by("-number").first()
    if last is None:
        return False
    if last.is_held:
        return bool(last.problem == readiness.in_the_way_of(row))
    objects = list(last.run_objects.exclude(sent_object=None).select_related("sent_object", "delivery"))
    left_out = [each for each in objects if each.problem]
    return (
        bool(left_out)
        and all(each.problem == readiness.in_the_way_of_object(each.sent_object) for each in left_out)
        and not any(each.delivery and _is_outdated(each.delivery) for each in objects)
    )


def _is_outdated(delivery: Delivery) -> bool:
    """Whether the tables it was read from have newer versions."""
    versions: dict[str, int] = delivery.audience.versions
    return versions != _current(versions)


def current_versions_of(orchestration: Orchestration) -> dict[str, int | None]:
    """The versions an automatic orchestration's objects read now, by table; empty for any other orchestration."""
    if orchestration.workflow != Orchestration.Workflow.AUTOMATIC:
        return {}
    names: set[str] = set()
    for sent in orchestration.objects_sent.select_related("query", "segment__active_version"):
        try:
            names |= tables_read(sent)
        except RunRefusedError:
            names |= set(orchestration.seen_versions)  # what it read when it could be read
    return _current(dict.fromkeys(names))


def _current(names: Mapping[str, int | None]) -> dict[str, int | None]:
    """A deleted table has the version None."""
    found = dict(Table.objects.filter(name__in=names).values_list("name", "current_version_id"))
    return {name: found.get(name) for name in names}
