"""The first step of a run: who gets what is decided once, recorded, and handed to deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import structlog
from django.db import InterfaceError, OperationalError, transaction

from accounts.access import NO_ACCESS, access_of
from accounts.errors import ActionRefused
from campaigns import readiness, refusals
from campaigns.audience import framing, planning
from campaigns.audience.withholding import is_run_decided_by_pii
from campaigns.errors import CampaignIncompleteError
from campaigns.models import Campaign, CampaignRun, RunDelivery, RunGroup
from campaigns.runs import announcements, deliveries, recipients
from campaigns.services.sending import end, fail_run, locked_run
from campaigns.states import RunState
from customer360 import catalog, storage
from customer360 import services as customer360
from customer360.engine import JOB, DataFile, FileRelation, installed_engine
from destinations.delivery.leases import Keeper
from runtime import clock
from tenants.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from customer360.engine import EngineSession
    from customer360.models import Table

IN_ORDER = ("sub_audience__is_remaining", "sub_audience__position", "is_control", "position")

MOST_ATTEMPTS = 10
GIVEN_UP = "It started several times and never finished, so nothing was sent. Ask a DataGrid Administrator."
NOT_OPEN = "{person} may no longer send it. Ask someone who may to send it again."

log = structlog.get_logger(__name__)


def prepare(run_id: int) -> None:
    """Writes the run's recipients and starts its deliveries. Safe to repeat and to kill: it commits once.

    If the database is down, recovery will retry; any other error ends the run.
    """
    epoch = CampaignRun.objects.lease(run_id, state=RunState.PREPARING)
    if epoch is None:
        return
    run = CampaignRun.objects.select_related("campaign").get(pk=run_id)
    if epoch > MOST_ATTEMPTS:
        fail_run(run=run, problem=GIVEN_UP, epoch=epoch)
        return
    with Keeper(partial(CampaignRun.objects.renew, run_id, epoch)):
        try:
            _require_open(run)
            _commit(run, _write_recipients(run))
        except (CampaignIncompleteError, *refusals.SENDING) as error:
            fail_run(run=run, problem=str(error), epoch=epoch)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("campaign_run_failed", run_id=run_id)
            fail_run(run=run, problem=refusals.UNEXPECTED, epoch=epoch)


def _require_open(run: CampaignRun) -> None:
    """Checked again, as a worker may start long after the person's approval. Raises CampaignIncompleteError."""
    person, tenant = run.started_by, Tenant.objects.get(pk=run.tenant_id)
    try:
        readiness.require_open(
            Campaign.objects.whole().get(pk=run.campaign_id), access_of(person, tenant) if person else NO_ACCESS
        )
    except ActionRefused as error:
        raise CampaignIncompleteError(NOT_OPEN.format(person=person or "Whoever started it")) from error


@dataclass(frozen=True, slots=True)
class Written:
    """A new file with one row per recipient, the rows of each group, and what changed since the last run.

    `customers` and `controls` count each person once, however many sub-audiences they are in.
    """

    file: Path
    sizes: Mapping[int, int]
    customers: int
    controls: int
    difference: Mapping[str, int]
    decided_by_pii: bool


def _write_recipients(run: CampaignRun) -> Written:
    frame = framing.frame_of_run(run)
    audience = planning.audience_of_run(run, frame)
    rows = recipients.of_run(run, audience, segments=framing.segments_in_words(run))
    key_is_pii = frame.schema.profiles.key_is_pii
    decided_by_pii = is_run_decided_by_pii(run)
    file = storage.new_file(_marked_table(key_is_pii=key_is_pii, decided_by_pii=decided_by_pii))
    relations = catalog.pinned_relations(run.table_versions)
    with installed_engine().open_session(relations, limits=JOB) as session:
        session.write(rows, file, pii=[recipients.KEY] if key_is_pii else ())
    written = FileRelation((DataFile(file),), tuple(recipients.COLUMNS))
    with installed_engine().open_session({**relations, "recipients": written}, limits=JOB) as session:
        sizes = cast("list[tuple[int, int]]", session.rows(recipients.sizes()))
        customers, controls = cast("tuple[int, int]", session.one(recipients.people()))
        difference = _difference(run, session)
    return Written(file, dict(sizes), customers, controls, difference, decided_by_pii)


def _marked_table(*, key_is_pii: bool, decided_by_pii: bool) -> Table:
    """The table of recipients, marked before rows are added; also for earlier runs where nobody knows."""
    is_known_of_all = not CampaignRun.objects.recorded().filter(decided_by_pii=True).exists()
    return recipients.table(key_is_pii=key_is_pii, decided_by_pii=decided_by_pii or not is_known_of_all)


def _difference(run: CampaignRun, session: EngineSession) -> Mapping[str, int]:
    """Empty for the first run that recorded recipients."""
    before = CampaignRun.objects.before(run).first()
    if before is None or recipients.TABLE not in run.table_versions:
        return {}
    joined, left, moved = cast("tuple[int, int, int]", session.one(recipients.difference(before)))
    return {"joined": joined, "left": left, "moved": moved}


@transaction.atomic
def _commit(run: CampaignRun, written: Written) -> None:
    """Makes the recipients a version of their table and starts the deliveries; a second worker does nothing."""
    current = locked_run(run.pk)
    if current.state != RunState.PREPARING or current.lease_epoch != run.lease_epoch:
        return
    current.recipients_version = customer360.append_file(
        table=recipients.table(), path=written.file, row_count=sum(written.sizes.values())
    )
    recorded = _record_groups(current, written.sizes)
    current.audience_count, current.control_count = written.customers, written.controls
    current.difference, current.decided_by_pii = dict(written.difference), written.decided_by_pii
    current.state = RunState.SENDING
    current.save()
    deliveries.end_older(current)
    if sum(_start_deliveries(current, group) for group in recorded):
        announcements.sending(current)
    else:
        _end_without_deliveries(current)


def _record_groups(run: CampaignRun, sizes: Mapping[int, int]) -> list[RunGroup]:
    return RunGroup.objects.bulk_create(
        RunGroup(
            run=run,
            group=group,
            name=group.name,
            part=group.sub_audience.position,
            sub_audience_name=group.sub_audience.name,
            percent=group.percent,
            is_control=group.is_control,
            customers=sizes.get(group.pk, 0),
        )
        for group in run.campaign.groups.select_related("sub_audience").order_by(*IN_ORDER)
    )


def _end_without_deliveries(run: CampaignRun) -> None:
    """Ends a run that has only controls: there is nothing to wait for."""
    run.state, run.ended_at = RunState.DELIVERED, clock.now()
    run.save(update_fields=["state", "ended_at"])
    end(run)


def _start_deliveries(run: CampaignRun, recorded: RunGroup) -> int:
    """Starts one for each destination of a treatment; a control has none, whatever its rows say."""
    if recorded.is_control or recorded.group is None:
        return 0
    destinations = recorded.group.destinations.select_related("data_template__destination__credential")
    for destination in destinations:
        RunDelivery.objects.create(
            run_group=recorded,
            data_template=destination.data_template,
            destination_name=f"{destination.data_template.destination} · {destination.data_template}",
            delivery=deliveries.start(run, destination),
        )
    return len(destinations)
