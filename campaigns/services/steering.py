"""Pausing, resuming and stopping a run that is under way, with all its deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from accounts.access import access_of
from audit import services as audit
from campaigns import readiness
from campaigns.errors import CampaignStateError
from campaigns.models import Campaign, CampaignRun, RunDelivery
from campaigns.runs import announcements
from campaigns.services import recording
from campaigns.services.sending import end, locked_run, stand
from campaigns.states import MAY_STOP, Command, RunState
from destinations.delivery.models import Delivery
from destinations.delivery.refusals import NotNowError, OvertakenError
from destinations.delivery.services import call_off, resume_delivery, start_delivery
from runtime import clock
from tenants.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

AUDITED = {Command.PAUSE: "campaign:paused", Command.GO_ON: "campaign:resumed", Command.STOP: "campaign:stopped"}


@transaction.atomic
def pause_run(*, run: CampaignRun, actor: User) -> None:
    """Sends nothing more of the run until someone resumes it.

    Raises ActionRefused, and CampaignStateError when the run is not under way.
    """
    current = _locked(run, actor, Command.PAUSE, of={RunState.PREPARING, RunState.SENDING})
    _move(current, RunState.PAUSED)
    _stop_deliveries(current, actor)
    announcements.paused(current)


@transaction.atomic
def stop_run(*, run: CampaignRun, actor: User) -> None:
    """Sends nothing more of the run, for good; it has stopped when the last of its deliveries has.

    Raises ActionRefused, and CampaignStateError when the run has ended or is already stopping.
    """
    current = _locked(run, actor, Command.STOP, of=MAY_STOP)
    if all(delivery.is_finished for delivery in _deliveries(current)):
        current.ended_at = clock.now()
        _move(current, RunState.STOPPED)
        recording.ask(current)
        end(current)
        return
    _move(current, RunState.STOPPING)
    _stop_deliveries(current, actor)


@transaction.atomic
def resume_run(*, run: CampaignRun, actor: User) -> None:
    """Resumes a paused run where it was; nothing is sent twice.

    Raises ActionRefused, CampaignStateError when the run is not paused or is still being paused, and
    CampaignIncompleteError or NotOpenError when a destination is no longer open to the person.
    """
    from campaigns.tasks import prepare_run

    current = _locked(run, actor, Command.GO_ON, of={RunState.PAUSED})
    if current.audience_count is None:
        whole = Campaign.objects.whole().get(pk=current.campaign_id)
        readiness.require_ready(whole, access_of(actor, Tenant.objects.get(pk=current.tenant_id)))
        _move(current, RunState.PREPARING)
        prepare_run.enqueue(run_id=current.pk)
    else:
        _require_rest(current)
        _move(current, RunState.SENDING)
        _resume_deliveries(current, actor)
    announcements.sending(current)


def _locked(run: CampaignRun, actor: User, command: Command, *, of: Iterable[RunState]) -> CampaignRun:
    access = access_of(actor, Tenant.objects.get(pk=run.tenant_id))
    access.require(readiness.SEND)
    current = locked_run(run.pk)
    if RunState(current.state) not in of:
        state = current.get_state_display()
        raise CampaignStateError(f"This run of “{current.campaign}” is “{state}”, so this isn't possible now.")
    audit.record(action=AUDITED[command], subject=current.campaign, actor=actor, changes={"run": current.number})
    return current


def _move(run: CampaignRun, state: RunState) -> None:
    run.state = state
    run.save(update_fields=["state", "ended_at"])
    stand(run)


def _deliveries(run: CampaignRun) -> list[Delivery]:
    mine = RunDelivery.objects.filter(run_group__run=run).values_list("delivery")
    either = Q(pk__in=mine) | Q(retries__in=mine) | Q(retries__retries__in=mine)
    return list(Delivery.objects.select_related("target").filter(either).order_by("pk"))


def _stop_deliveries(run: CampaignRun, actor: User) -> None:
    for delivery in _deliveries(run):
        try:
            call_off(delivery=delivery, actor=actor)
        except NotNowError:
            continue  # it has ended or is already stopping


def _require_rest(run: CampaignRun) -> None:
    if any(delivery.status == Delivery.Status.STOPPING for delivery in _deliveries(run)):
        raise CampaignStateError("What is under way is still being stopped. Try again in a moment.")


def _resume_deliveries(run: CampaignRun, actor: User) -> None:
    """Starts afresh what can't be resumed: the ledger knows what has arrived, so that is not sent again."""
    for sent in RunDelivery.objects.filter(
        run_group__run=run, delivery__status=Delivery.Status.STOPPED
    ).select_related("delivery__target"):
        try:
            resume_delivery(delivery=sent.delivery, actor=actor)
        except (NotNowError, OvertakenError):
            sent.delivery = _anew(sent.delivery, actor)
            sent.save(update_fields=["delivery"])


def _anew(delivery: Delivery, actor: User) -> Delivery:
    return start_delivery(
        target=delivery.target,
        audience=delivery.audience,
        mapping=delivery.mapping,
        connector=delivery.connector,
        guards=delivery.guards,
        started_by=actor,
    )
