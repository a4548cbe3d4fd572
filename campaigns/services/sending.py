"""From “Send now” to the deliveries of a run, and to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.access import access_of
from audit import services as audit
from campaigns import readiness
from campaigns.audience import planning
from campaigns.errors import CampaignStateError
from campaigns.models import Campaign, CampaignRun, RunDelivery, RunSegment
from campaigns.runs import announcements, snapshots
from campaigns.runs.attempts import first_of, status
from campaigns.services import recording
from campaigns.services.moving import locked
from campaigns.states import Command, RunState, after_run
from customer360 import catalog
from destinations.delivery.models import Delivery
from runtime import clock
from segments.models import Segment
from segments.nesting import active_rules, asked_about
from tenants.models import Tenant

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


@transaction.atomic
def start_send(*, campaign: Campaign, actor: User) -> CampaignRun:
    """Starts a run of the campaign, on data and segments as they are now; the rest happens in the background.

    Raises CampaignStateError when its status does not allow a send, ActionRefused when the person may not send,
    and CampaignIncompleteError when something is missing or withdrawn.
    """
    return begin_run(campaign=locked(campaign, Command.SEND), actor=actor)


@transaction.atomic
def begin_run(*, campaign: Campaign, actor: User, is_scheduled: bool = False) -> CampaignRun:
    """Like `start_send`, for callers that have checked the status already."""
    from campaigns.tasks import prepare_run

    if CampaignRun.objects.open().filter(campaign=campaign).exists():
        raise CampaignStateError(f"“{campaign}” is still being sent.")
    whole = Campaign.objects.whole().get(pk=campaign.pk)
    readiness.require_ready(whole, access_of(actor, Tenant.objects.get(pk=campaign.tenant_id)))
    run = _open_run(whole, actor, is_scheduled=is_scheduled)
    stand(run)
    audit.record(
        action="campaign:sent",
        subject=campaign,
        actor=actor,
        changes={"run": run.number, "data": run.table_versions},
    )
    announcements.started(run)
    prepare_run.enqueue(run_id=run.pk)
    return run


def _open_run(campaign: Campaign, actor: User, *, is_scheduled: bool = False) -> CampaignRun:
    run = CampaignRun.objects.create(
        campaign=campaign,
        number=_next_number(campaign),
        started_by=actor,
        is_scheduled=is_scheduled,
        table_versions=catalog.current_versions(),
        plan=snapshots.plan_of(planning.draft_of(campaign)),
    )
    used = asked_about(readiness.segments_asked_about(campaign), active_rules())
    RunSegment.objects.bulk_create(
        RunSegment(run=run, segment_version_id=version)
        for version in Segment.objects.filter(pk__in=used).values_list("active_version", flat=True)
    )
    return run


def _next_number(campaign: Campaign) -> int:
    last = campaign.runs.order_by("-number").values_list("number", flat=True).first() or 0
    return int(last) + 1


@transaction.atomic
def refuse_run(*, campaign: Campaign, actor: User | None, problem: str) -> CampaignRun:
    """Records a run that was due but may not happen, with the reason; nothing is sent."""
    run = CampaignRun.objects.create(
        campaign=campaign,
        number=_next_number(campaign),
        started_by=actor,
        is_scheduled=True,
        state=RunState.FAILED,
        problem=problem,
        ended_at=clock.now(),
    )
    audit.record(action="campaign:refused", subject=campaign, actor=actor, changes={"run": run.number})
    end(run)
    return run


def locked_run(run_id: int) -> CampaignRun:
    """The run with its campaign, both locked, the campaign first, as by everything that starts or steers runs."""
    Campaign.objects.select_for_update().get(runs=run_id)
    return CampaignRun.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=run_id)


@transaction.atomic
def fail_run(*, run: CampaignRun, problem: str, epoch: int | None = None) -> None:
    """Ends a run before anything was sent; `problem` is for people. Safe to repeat.

    With the `epoch` of a lease nothing happens if another worker has taken over the run meanwhile.
    """
    Campaign.objects.select_for_update().get(pk=run.campaign_id)
    mine = CampaignRun.objects.all() if epoch is None else CampaignRun.objects.leased_with(epoch)
    ended = mine.filter(pk=run.pk, state=RunState.PREPARING)
    if ended.update(state=RunState.FAILED, problem=problem, ended_at=clock.now()):
        end(CampaignRun.objects.select_related("campaign").get(pk=run.pk))


@transaction.atomic
def on_finished(delivery: Delivery) -> None:
    """A delivery of a run has ended; the last one ends the run and decides its state. Safe to repeat.

    A delivery that was resumed, or whose failed rows were retried, ends a second time, and the run with it: the
    campaign then takes the run's state unless something else was done with it meanwhile.
    """
    mine = RunDelivery.objects.filter(delivery=first_of(delivery)).select_related("run_group").first()
    if mine is None:
        return
    run = locked_run(mine.run_group.run_id)
    statuses = {status(each.delivery) for each in _sent(run)}
    state, is_retry = _ending(statuses), delivery.retries is not None
    if not statuses <= set(Delivery.FINISHED) or _waits_for_more(run, statuses):
        return
    if run.state == state and not is_retry:
        return
    stood = RunState(run.state)
    run.state, run.ended_at = state, run.ended_at if is_retry else clock.now()
    run.save(update_fields=["state", "ended_at"])
    if run.campaign.status in {after_run(stood), after_run(stood, goes_on=True)}:
        stand(run)
    recording.ask(run)
    announcements.ended(run)


def _sent(run: CampaignRun) -> QuerySet[RunDelivery]:
    return RunDelivery.objects.filter(run_group__run=run).prefetch_related("delivery__retried_by__retried_by")


def _ending(statuses: set[str]) -> RunState:
    if Delivery.Status.FAILED in statuses:
        return RunState.FAILED
    return RunState.STOPPED if Delivery.Status.STOPPED in statuses else RunState.DELIVERED


def _waits_for_more(run: CampaignRun, statuses: set[str]) -> bool:
    """A paused run stays paused while something of it is left to send."""
    return run.state == RunState.PAUSED and Delivery.Status.STOPPED in statuses


def stand(run: CampaignRun) -> None:
    """Gives the campaign the status of its latest run; one that was stopped, or was the last, ends the schedule.

    A schedule that was paused during the run stays paused if the run still reaches its end.
    """
    campaign = Campaign.objects.select_for_update().get(pk=run.campaign_id)
    if campaign.runs.filter(number__gt=run.number).exists() or _rests_on(campaign, run):
        return
    state, goes_on = RunState(run.state), campaign.next_run_at is not None
    campaign.status, campaign.updated_at = after_run(state, goes_on=goes_on), clock.now()
    if state is RunState.STOPPED or (state.has_ended and not goes_on):
        campaign.take_off_schedule()
    campaign.save(update_fields=["status", "next_run_at", "scheduled_by", "updated_at"])


def _rests_on(campaign: Campaign, run: CampaignRun) -> bool:
    has_come_to_its_end = run.has_ended and run.state != RunState.STOPPED
    return has_come_to_its_end and campaign.is_paused and campaign.is_scheduled and campaign.is_recurring


def end(run: CampaignRun) -> None:
    """Updates the campaign and tells its people that the run has ended."""
    stand(run)
    announcements.ended(run)
