"""A run that is under way is paused, goes on, is stopped; what is older than the latest run goes no further."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from accounts.errors import ActionRefused
from accounts.models import Membership
from audit.models import AuditEvent
from campaigns.audience.lowering import Lowered, lowered
from campaigns.audience.planning import draft_of
from campaigns.drafts import GroupDraft, SubAudienceDraft
from campaigns.errors import CampaignIncompleteError, CampaignStateError, CampaignUnsureError
from campaigns.models import Campaign, CampaignRun, RunDelivery
from campaigns.runs.deliveries import is_current
from campaigns.services import preparing
from campaigns.services.commands import command
from campaigns.services.editing import edit_campaign
from campaigns.services.sending import begin_run, fail_run, start_send
from campaigns.services.steering import pause_run, resume_run, stop_run
from campaigns.services.testing import send_test
from campaigns.states import Command, RunState, Status
from destinations.delivery.models import Delivery
from destinations.delivery.refusals import OvertakenError
from destinations.delivery.services import retry_failed_rows
from destinations.models import Destination
from notifications.models import Notification
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of
from tests.campaigns.schedules import DAILY
from tests.campaigns.test_sending import treated
from tests.destinations.delivery.desk import run_due_work
from tests.second import Second

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.campaigns.office import Office
    from tests.cast import Cast
    from tests.sandbox import Sandbox


def begun(office: Office, campaign: Campaign, *, steps: int | None = None) -> CampaignRun:
    """A run whose deliveries have been worked on for so many steps."""
    run = start_send(campaign=campaign, actor=office.person)
    preparing.prepare(run.pk)
    if steps:
        run_due_work(steps=steps)
    return CampaignRun.objects.get(pk=run.pk)


def now(run: CampaignRun) -> tuple[str, str]:
    """How the run and its campaign stand."""
    run.refresh_from_db()
    return run.state, Campaign.objects.get(pk=run.campaign_id).status


@pytest.mark.parametrize("steps", [None, 1, 2], ids=["at once", "when connected", "when planned"])
def test_a_paused_run_rests_and_goes_on_where_it_was(busy_office: Office, sandbox: Sandbox, steps: int) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    run = begun(busy_office, campaign, steps=steps)
    pause_run(run=run, actor=busy_office.person)
    run_due_work()
    assert now(run) == (RunState.PAUSED, Status.PAUSED)
    assert not sandbox.state()["lists"].get("Autumn - Offer", {}).get("members")

    resume_run(run=run, actor=busy_office.person)
    run_due_work()
    assert now(run) == (RunState.DELIVERED, Status.DELIVERED)
    assert set(sandbox.members("Autumn - Offer")) == {email_of(number) for number in treated(campaign)}
    assert RunDelivery.objects.get().delivery.tally.added == len(treated(campaign))


def test_a_run_paused_while_it_is_prepared_starts_no_delivery_before_it_goes_on(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    written = preparing._write_recipients(run)
    pause_run(run=run, actor=busy_office.person)
    preparing._commit(run, written)
    assert not Delivery.objects.exists()
    assert now(run) == (RunState.PAUSED, Status.PAUSED)

    resume_run(run=run, actor=busy_office.person)
    CampaignRun.objects.update(leased_until=None)
    preparing.prepare(run.pk)
    run_due_work()
    assert now(run) == (RunState.DELIVERED, Status.DELIVERED)


def test_a_run_paused_while_it_is_prepared_goes_on_only_for_those_who_may_send_it(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    pause_run(run=run, actor=busy_office.person)
    Destination.objects.update(allow_business_users=False)
    with pytest.raises(CampaignIncompleteError, match="is not open to you"):
        resume_run(run=run, actor=busy_office.person)
    assert now(run) == (RunState.PAUSED, Status.PAUSED)


@pytest.mark.django_db
def test_what_was_withdrawn_before_its_worker_came_is_not_sent(office: Office) -> None:
    run = start_send(campaign=office.campaign(), actor=office.person)
    Membership.objects.filter(user=office.person).update(policies=[])
    preparing.prepare(run.pk)
    assert now(run) == (RunState.FAILED, Status.ERROR)
    assert run.problem == f"{office.person} may no longer send it. Ask someone who may to send it again."
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_a_campaign_that_may_not_be_sent_is_not_tested_either(office: Office) -> None:
    campaign = office.campaign()
    Campaign.objects.update(status=Status.ARCHIVED)
    with pytest.raises(CampaignStateError, match="while it is Archived"):
        send_test(campaign=campaign, rows=10, actor=office.person)


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_records_nobody(office: Office) -> None:
    run = start_send(campaign=office.campaign(), actor=office.person)
    CampaignRun.objects.lease(run.pk)
    preparing._commit(run, preparing._write_recipients(run))
    assert now(run) == (RunState.PREPARING, Status.SENDING)


@pytest.mark.parametrize(("told", "state"), [(Command.PAUSE, "Paused"), (Command.STOP, "Stopped")])
def test_pause_and_stop_are_about_the_run_that_the_schedule_is_just_beginning(
    busy_office: Office, told: Command, state: str
) -> None:
    campaign, person = busy_office.campaign(schedule=DAILY), busy_office.person
    command(campaign=campaign, command=Command.SCHEDULE, actor=person)
    second = Second(campaign.tenant_id, partial(command, campaign=campaign, command=told, actor=person))
    with transaction.atomic():
        run = begin_run(campaign=Campaign.objects.select_for_update().get(), actor=person)
        second.start()
        second.wait_until_held_up()
    second.join(10)
    assert second.error is None
    run.refresh_from_db()
    campaign.refresh_from_db()
    assert (run.get_state_display(), campaign.get_status_display(), campaign.next_run_at) == (state, state, None)


def test_a_preparation_that_never_ends_is_given_up(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    CampaignRun.objects.update(lease_epoch=preparing.MOST_ATTEMPTS)
    preparing.prepare(run.pk)
    assert now(run) == (RunState.FAILED, Status.ERROR)


def test_a_worker_that_lost_its_lease_ends_no_run(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    epoch = CampaignRun.objects.lease(run.pk)
    CampaignRun.objects.update(leased_until=None)
    preparing.prepare(run.pk)
    fail_run(run=run, problem="The engine is away.", epoch=epoch)
    assert now(run) == (RunState.SENDING, Status.SENDING)


@pytest.mark.long
def test_what_a_removed_destination_still_has_under_way_goes_no_further(
    busy_office: Office, sandbox: Sandbox
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    first = Delivery.objects.get()
    Delivery.objects.filter(pk=first.pk).update(counts=first.counts | {"failed": 1, "added": 0})
    retry = retry_failed_rows(delivery=Delivery.objects.get(pk=first.pk), actor=busy_office.person)
    changed = replace(
        busy_office.draft(), sub_audiences=(SubAudienceDraft(groups=busy_office.groups(0, "Other")),)
    )
    edit_campaign(campaign=campaign, draft=changed, revision=0, actor=busy_office.person, is_sure=True)
    busy_office.send(campaign)
    retry.refresh_from_db()
    assert retry.status == Delivery.Status.STOPPED
    assert not is_current(retry)


def test_a_stopped_run_has_ended_and_says_so(busy_office: Office) -> None:
    run = begun(busy_office, busy_office.campaign(), steps=2)
    stop_run(run=run, actor=busy_office.person)
    assert now(run) == (RunState.STOPPING, Status.STOPPING)
    for again in (stop_run, pause_run):
        with pytest.raises(CampaignStateError, match="is “Stopping…”"):
            again(run=run, actor=busy_office.person)
    with pytest.raises(CampaignStateError, match="while it is Stopping…"):
        start_send(campaign=run.campaign, actor=busy_office.person)
    run_due_work()
    assert now(run) == (RunState.STOPPED, Status.STOPPED)
    assert Notification.objects.get(topic="campaigns").title == "“Autumn” was stopped"
    with pytest.raises(CampaignStateError, match="is “Stopped”"):
        resume_run(run=run, actor=busy_office.person)


def test_a_paused_run_can_be_stopped(busy_office: Office) -> None:
    run = begun(busy_office, busy_office.campaign(), steps=1)
    pause_run(run=run, actor=busy_office.person)
    run_due_work()
    stop_run(run=run, actor=busy_office.person)
    assert now(run) == (RunState.STOPPED, Status.STOPPED)
    actions = AuditEvent.objects.filter(action__startswith="campaign:").order_by("pk")
    assert list(actions.values_list("action", flat=True))[-2:] == ["campaign:paused", "campaign:stopped"]


def test_a_run_is_not_sent_again_while_it_is_paused(busy_office: Office) -> None:
    campaign = busy_office.campaign()
    pause_run(run=begun(busy_office, campaign), actor=busy_office.person)
    with pytest.raises(CampaignStateError, match="while it is Paused"):
        start_send(campaign=campaign, actor=busy_office.person)


@pytest.mark.parametrize("steer", [pause_run, resume_run, stop_run])
def test_people_without_the_policy_cannot_steer(
    busy_office: Office, cast: Cast, steer: Callable[..., None]
) -> None:
    run = begun(busy_office, busy_office.campaign())
    with pytest.raises(ActionRefused):
        steer(run=run, actor=cast["ampiq_user_read_only"])
    assert now(run) == (RunState.SENDING, Status.SENDING)


def test_a_campaign_of_controls_alone_is_delivered_at_once(busy_office: Office) -> None:
    groups = (GroupDraft("Control", Decimal(100), is_control=True),)
    run = begun(busy_office, busy_office.campaign(sub_audiences=(SubAudienceDraft(groups=groups),)))
    assert now(run) == (RunState.DELIVERED, Status.DELIVERED)
    assert not Delivery.objects.exists()


@pytest.mark.long
def test_rows_that_failed_are_not_tried_again_when_a_later_run_has_decided_anew(
    busy_office: Office, sandbox: Sandbox
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    first = Delivery.objects.get()
    Delivery.objects.filter(pk=first.pk).update(counts=first.counts | {"failed": 1, "added": 0})
    busy_office.send(campaign)
    with pytest.raises(OvertakenError):
        retry_failed_rows(delivery=Delivery.objects.get(pk=first.pk), actor=busy_office.person)


@pytest.mark.long
def test_a_retry_or_a_test_that_waits_does_not_outlive_the_next_run(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    first = Delivery.objects.get()
    Delivery.objects.filter(pk=first.pk).update(counts=first.counts | {"failed": 1, "added": 0})
    retry = retry_failed_rows(delivery=Delivery.objects.get(pk=first.pk), actor=busy_office.person)
    (test,) = send_test(campaign=campaign, rows=10, actor=busy_office.person)
    second = busy_office.send(campaign)
    for earlier in (retry, test):
        earlier.refresh_from_db()
        assert earlier.status == Delivery.Status.STOPPED
    assert second.state == RunState.DELIVERED


def test_a_smaller_control_group_asks_for_a_yes_once_it_was_sent(busy_office: Office) -> None:
    campaign = busy_office.campaign(control=20)
    draft = draft_of(Campaign.objects.whole().get())
    treatment, control = draft.sub_audiences[0].groups
    smaller = replace(
        draft,
        sub_audiences=(
            replace(
                draft.sub_audiences[0],
                groups=(replace(treatment, percent=Decimal(95)), replace(control, percent=Decimal(5))),
            ),
        ),
    )
    assert lowered(campaign, smaller) == []
    busy_office.send(campaign)
    assert lowered(campaign, draft) == []
    assert lowered(campaign, smaller) == [Lowered("All remaining recipients", Decimal(20), Decimal(5))]
    person = busy_office.person
    with pytest.raises(CampaignUnsureError, match="would then be sent"):
        edit_campaign(campaign=campaign, draft=smaller, revision=0, actor=person)
    edited = edit_campaign(campaign=campaign, draft=smaller, revision=0, actor=person, is_sure=True)
    assert lowered(edited, smaller) == []
    told = AuditEvent.objects.filter(action="campaign:changed").latest("pk").changes
    assert told["released_controls"] == ["All remaining recipients: 20.00 % → 5 %"]
