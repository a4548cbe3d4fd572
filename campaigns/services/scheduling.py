"""Scheduled campaigns: scheduling, pausing between two sends, unscheduling, and sending when due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db import InterfaceError, OperationalError, transaction
from pydantic import ValidationError

from accounts.access import NO_ACCESS, access_of
from accounts.errors import ActionRefused
from audit import services as audit
from campaigns import readiness, refusals
from campaigns.errors import CampaignIncompleteError, CampaignStateError
from campaigns.models import Campaign, CampaignRun
from campaigns.runs import announcements
from campaigns.services.moving import locked, move
from campaigns.services.sending import begin_run, refuse_run
from campaigns.states import Command, RunState, Status, after_run
from customer360.errors import Customer360Error
from runtime import clock
from segments.errors import SegmentError
from tenants.models import Tenant

if TYPE_CHECKING:
    from accounts.models import User
    from destinations.schedules.models import Occurrence
    from destinations.schedules.recurrence import Schedule

SENDS_ITSELF = frozenset({Status.SCHEDULED, Status.ACTIVE, Status.PAUSED})
MAY_FALL_DUE = frozenset({Status.SCHEDULED, Status.ACTIVE, Status.SENDING, Status.ERROR})
"""After an error the next time tries again; a time that comes during a send is skipped and announced."""

UNREADABLE = "Its criteria or a segment's can no longer be read. Open them in their editor and correct them."
log = structlog.get_logger(__name__)

NOT_OPEN = "{person} may no longer send it. Ask someone who may to unschedule it and schedule it again."


@transaction.atomic
def schedule_campaign(*, campaign: Campaign, actor: User) -> Campaign:
    """From now on it sends by itself, with the access of the actor.

    Raises CampaignStateError, ActionRefused, and CampaignIncompleteError when something is missing, withdrawn, or
    the schedule has no time left.
    """
    current = locked(campaign, Command.SCHEDULE)
    whole = Campaign.objects.whole().get(pk=campaign.pk)
    readiness.require_ready(whole, access_of(actor, Tenant.objects.get(pk=current.tenant_id)))
    current.plan_next()
    if current.next_run_at is None:
        raise CampaignIncompleteError("Its schedule has no time in the future. Edit the timing.")
    current.scheduled_by = actor
    changes = {"when": current.when, "next": current.next_run_at.isoformat()}
    return move(current, Status.SCHEDULED, actor, "campaign:scheduled", changes)


@transaction.atomic
def unschedule_campaign(*, campaign: Campaign, actor: User) -> Campaign:
    """Makes it a draft again, which starts nothing by itself. Raises CampaignStateError."""
    current = locked(campaign, Command.UNSCHEDULE)
    current.take_off_schedule()
    return move(current, Status.DRAFT, actor, "campaign:unscheduled")


@transaction.atomic
def pause_schedule(*, campaign: Campaign, actor: User) -> Campaign:
    """Times that pass while it is paused are not made up for. Raises CampaignStateError."""
    current = locked(campaign, Command.PAUSE)
    current.next_run_at = None
    return move(current, Status.PAUSED, actor, "campaign:paused")


@transaction.atomic
def resume_schedule(*, campaign: Campaign, actor: User) -> Campaign:
    """Resumes with the next time. Raises CampaignStateError, also when there is none left."""
    current = locked(campaign, Command.GO_ON)
    current.plan_next()
    if current.next_run_at is None:
        raise CampaignStateError(f"“{current}” has no time left to be sent. Stop it, then edit the timing.")
    status = Status.ACTIVE if current.runs.exists() else Status.SCHEDULED
    return move(current, status, actor, "campaign:resumed")


@transaction.atomic
def set_schedule(*, campaign: Campaign, schedule: Schedule, actor: User) -> Campaign:
    """From now on it sends by this schedule, for the person who scheduled it; a paused one stays paused.

    Raises CampaignStateError when it is not scheduled, and while it is being sent.
    """
    current: Campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if current.status not in SENDS_ITSELF:
        raise CampaignStateError(
            f"“{current}” is {current.get_status_display()}: its timing is changed in the campaign."
        )
    before = current.when
    current.schedule, current.updated_at = schedule, clock.now()
    current.plan_next(active=not current.is_paused)
    current.revision += 1
    current.save()
    changes = {"before": {"when": before}, "after": {"when": current.when}}
    audit.record(action="campaign:rescheduled", subject=current, actor=actor, changes=changes)
    return current


@transaction.atomic
def stop_schedule(*, campaign: Campaign, actor: User) -> Campaign:
    """From now on it sends nothing by itself. Raises CampaignStateError."""
    current = locked(campaign, Command.STOP)
    current.take_off_schedule()
    return move(current, Status.STOPPED, actor, "campaign:stopped")


def start_due(campaign_id: int, occurrence: Occurrence) -> None:
    """Sends the campaign at a scheduled time, or tells its people why it is not sent."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    if campaign.status not in MAY_FALL_DUE:
        campaign.take_off_schedule()
        campaign.save(update_fields=["next_run_at", "scheduled_by"])
        return
    try:
        with transaction.atomic():
            _begin(campaign)
    except CampaignStateError:
        announcements.overtaken(campaign, occurrence.due_at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  the next beat would fail again, unnoticed
        refuse_run(campaign=campaign, actor=campaign.scheduled_by, problem=_problem(error, campaign))


def _begin(campaign: Campaign) -> None:
    person: User | None = campaign.scheduled_by
    if person is None:
        NO_ACCESS.require(readiness.SEND)
    else:
        begin_run(campaign=campaign, actor=person, is_scheduled=True)


def _problem(error: Exception, campaign: Campaign) -> str:
    """Why nothing was sent, for people."""
    match error:
        case CampaignIncompleteError() | SegmentError() | Customer360Error():
            return str(error)
        case ActionRefused():
            return NOT_OPEN.format(person=campaign.scheduled_by or "Whoever scheduled it")
        case ValidationError():
            return UNREADABLE
        case _:
            log.error("campaign_not_started", campaign_id=campaign.pk, exc_info=error)
            return refusals.UNEXPECTED


def leave_out(campaign_id: int, occurrence: Occurrence) -> None:
    """Tells its people of a missed time, which is not made up for; after the last one the schedule ends."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
    announcements.missed(campaign, occurrence.due_at)
    if campaign.next_run_at is None and campaign.status in {Status.SCHEDULED, Status.ACTIVE}:
        campaign.status, campaign.scheduled_by = standing(campaign), None
        campaign.save(update_fields=["status", "scheduled_by"])


def plan_after_steering(campaign: Campaign, command: Command) -> None:
    """The schedule follows the run under way: paused with it, ended with it, resumed with it if there is one."""
    current = Campaign.objects.select_for_update().get(pk=campaign.pk)
    current.plan_next(active=command is Command.GO_ON and current.is_recurring and current.is_scheduled)
    if command is Command.STOP:
        current.take_off_schedule()
    current.save(update_fields=["next_run_at", "scheduled_by"])


def standing(campaign: Campaign) -> Status:
    """The status that its latest run left; a draft before any run."""
    last = CampaignRun.objects.filter(campaign=campaign).order_by("-number").first()
    return after_run(RunState(last.state)) if last else Status.DRAFT
