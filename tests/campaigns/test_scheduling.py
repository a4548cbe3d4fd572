"""Campaigns that send themselves: exactly once for each time, whatever the clocks do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.models import Membership
from campaigns import refusals
from campaigns.errors import CampaignIncompleteError
from campaigns.models import Campaign, CampaignRun, SubAudience
from campaigns.runs.deliveries import is_current
from campaigns.services import preparing
from campaigns.services.commands import command
from campaigns.services.sending import begin_run, end, on_finished
from campaigns.states import Command, RunState, Status, refusal
from destinations.delivery.models import Delivery
from destinations.models import Credential, Destination
from destinations.schedules import dispatch
from destinations.schedules.recurrence import CatchUp, Kind, Schedule
from notifications.models import Notification
from runtime import clock
from segments.models import Segment
from tests.campaigns.schedules import DAILY, ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.campaigns.office import Office

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Calendar:
    """The clock of this process, which stands still but for this."""

    path: Path

    def set(self, moment: datetime) -> None:
        clock.set_clock(self.path, offset=moment - datetime.now(UTC), rate=0)

    def pass_hours(self, hours: int) -> None:
        """Beat looks every half hour; each run it starts is delivered at once."""
        for _ in range(2 * hours):
            self.set(clock.now() + timedelta(minutes=30))
            beat()


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Calendar:
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock.json"))
    calendar = Calendar(tmp_path / "clock.json")
    calendar.set(NOON)
    return calendar


@pytest.fixture
def campaign(calendar: Calendar, office: Office) -> Campaign:
    """Scheduled: every day at half past two in Berlin."""
    return scheduled(office, DAILY)


def scheduled(office: Office, schedule: Schedule) -> Campaign:
    campaign = office.campaign(schedule=schedule)
    command(campaign=campaign, command=Command.SCHEDULE, actor=office.person)
    return now(campaign)


def now(campaign: Campaign) -> Campaign:
    campaign.refresh_from_db()
    return campaign


def standing(campaign: Campaign) -> tuple[str, bool]:
    """Its status, and whether it has a next time."""
    return now(campaign).status, campaign.next_run_at is not None


def beat(*, delivers: bool = True) -> None:
    dispatch.dispatch_due()
    for run in CampaignRun.objects.open().select_related("campaign") if delivers else ():
        run.state, run.ended_at = RunState.DELIVERED, clock.now()
        run.save()
        end(run)


def sent_at(campaign: Campaign) -> list[str]:
    runs = campaign.runs.order_by("number")
    return [f"{run.started_at.astimezone(DAILY.time_zone):%d %H:%M}" for run in runs]


@pytest.mark.parametrize(
    ("noon_before", "times"),
    [
        (datetime(2027, 3, 27, 12, tzinfo=UTC), ["28 03:00", "29 02:30"]),  # two o'clock is three o'clock
        (datetime(2027, 10, 30, 12, tzinfo=UTC), ["31 02:30", "01 02:30"]),  # half past two comes twice
    ],
)
def test_a_recurring_campaign_is_sent_once_a_day_also_when_the_clocks_change(
    office: Office, calendar: Calendar, noon_before: datetime, times: list[str]
) -> None:
    calendar.set(noon_before)
    campaign = scheduled(office, DAILY)
    assert campaign.status == Status.SCHEDULED
    calendar.pass_hours(40)
    assert sent_at(campaign) == times
    assert now(campaign).status == Status.ACTIVE
    assert {run.begun_by for run in campaign.runs.all()} == {"the schedule"}


def test_a_time_is_taken_once_by_however_many_beats(campaign: Campaign, calendar: Calendar) -> None:
    calendar.set(NOON + timedelta(hours=14))
    beat(delivers=False)
    beat(delivers=False)
    assert campaign.runs.count() == 1
    assert now(campaign).status == Status.SENDING


def test_a_one_time_campaign_is_sent_at_its_time_and_is_then_delivered(office: Office, calendar: Calendar) -> None:
    once = Schedule(kind=Kind.ONCE, zone=ZONE, starts_on=date(2027, 1, 5), at=time(9))
    campaign = scheduled(office, once)
    calendar.pass_hours(48)
    assert sent_at(campaign) == ["05 09:00"]
    assert now(campaign).status == Status.DELIVERED


def test_it_ends_after_so_many_times(office: Office, calendar: Calendar) -> None:
    campaign = scheduled(office, DAILY.model_copy(update={"ends_after": 2, "not_before": NOON}))
    calendar.pass_hours(96)
    assert len(sent_at(campaign)) == 2
    assert now(campaign).status == Status.DELIVERED
    assert not campaign.is_scheduled  # by nobody, should it be given another schedule


def test_a_schedule_without_a_future_is_refused(office: Office, calendar: Calendar) -> None:
    past = DAILY.model_copy(update={"ends_on": date(2026, 1, 1)})
    with pytest.raises(CampaignIncompleteError, match="no time in the future"):
        scheduled(office, past)
    assert Campaign.objects.get().status == Status.DRAFT


def test_paused_it_starts_nothing_and_makes_up_for_nothing(
    campaign: Campaign, office: Office, calendar: Calendar
) -> None:
    command(campaign=campaign, command=Command.PAUSE, actor=office.person)
    calendar.pass_hours(30)
    assert now(campaign).status == Status.PAUSED
    command(campaign=campaign, command=Command.GO_ON, actor=office.person)
    assert now(campaign).status == Status.SCHEDULED
    beat()
    assert sent_at(campaign) == []
    calendar.pass_hours(24)
    assert sent_at(campaign) == ["06 02:30"]
    command(campaign=campaign, command=Command.STOP, actor=office.person)
    assert standing(campaign) == (Status.STOPPED, False)


def test_unscheduled_it_is_a_draft_again(campaign: Campaign, office: Office, calendar: Calendar) -> None:
    command(campaign=campaign, command=Command.UNSCHEDULE, actor=office.person)
    calendar.pass_hours(24)
    assert sent_at(campaign) == []
    assert now(campaign).status == Status.DRAFT


def test_what_is_withdrawn_before_its_time_ends_in_error_with_the_reason_and_the_next_time_tries_again(
    campaign: Campaign, calendar: Calendar
) -> None:
    Destination.objects.update(allow_business_users=False)
    calendar.pass_hours(24)
    run = campaign.runs.get()
    assert (run.state, now(campaign).status) == (RunState.FAILED, Status.ERROR)
    assert "is not open to you" in run.problem
    assert Notification.objects.filter(title="“Autumn” could not be delivered").exists()
    Destination.objects.update(allow_business_users=True)
    calendar.pass_hours(24)
    assert now(campaign).status == Status.ACTIVE


def test_a_segment_set_back_to_draft_and_a_person_who_may_no_longer_send_are_said(
    campaign: Campaign, office: Office, calendar: Calendar
) -> None:
    Segment.objects.update(status=Segment.Status.DRAFT)
    calendar.pass_hours(24)
    Segment.objects.update(status=Segment.Status.ACTIVE)
    Membership.objects.filter(user=office.person).update(policies=[])
    calendar.pass_hours(24)
    Campaign.objects.update(scheduled_by=None)
    calendar.pass_hours(24)
    problems = [run.problem for run in campaign.runs.order_by("number")]
    assert "is a draft. Activate it" in problems[0]
    assert f"{office.person} may no longer send it" in problems[1]
    assert "Whoever scheduled it may no longer send it" in problems[2]


def test_a_time_during_the_send_before_waits_for_the_next(campaign: Campaign, calendar: Calendar) -> None:
    calendar.set(NOON + timedelta(hours=14))
    beat(delivers=False)
    calendar.set(NOON + timedelta(hours=38))
    beat(delivers=False)
    assert campaign.runs.count() == 1
    assert Notification.objects.filter(title="“Autumn” was not sent again").exists()


def test_pause_and_stop_in_the_middle_of_a_send_are_about_the_schedule_too(
    campaign: Campaign, office: Office, calendar: Calendar
) -> None:
    calendar.set(NOON + timedelta(hours=14))
    beat(delivers=False)
    command(campaign=campaign, command=Command.PAUSE, actor=office.person)
    assert standing(campaign) == (Status.PAUSED, False)
    command(campaign=campaign, command=Command.GO_ON, actor=office.person)
    assert standing(campaign) == (Status.SENDING, True)
    command(campaign=campaign, command=Command.STOP, actor=office.person)
    assert standing(campaign) == (Status.STOPPED, False)


def test_go_on_switches_on_no_schedule_that_nobody_set(office: Office, calendar: Calendar) -> None:
    campaign = office.campaign(schedule=DAILY)
    for each in (Command.SEND, Command.PAUSE, Command.GO_ON):
        command(campaign=campaign, command=each, actor=office.person)
    assert standing(campaign) == (Status.SENDING, False)
    end_of_run = CampaignRun.objects.open().get()
    end_of_run.state = RunState.DELIVERED
    end_of_run.save()
    end(end_of_run)
    command(campaign=campaign, command=Command.SCHEDULE, actor=office.person)
    command(campaign=campaign, command=Command.UNSCHEDULE, actor=office.person)
    for each in (Command.SEND, Command.PAUSE, Command.GO_ON):
        command(campaign=campaign, command=each, actor=office.person)
    assert standing(campaign) == (Status.SENDING, False)


def test_a_schedule_that_was_paused_during_a_send_stays_so_when_the_send_had_been_done(
    campaign: Campaign, office: Office, calendar: Calendar
) -> None:
    calendar.set(NOON + timedelta(hours=14))
    beat(delivers=False)
    command(campaign=campaign, command=Command.PAUSE, actor=office.person)
    run = CampaignRun.objects.open().select_related("campaign").get()
    run.state = RunState.DELIVERED
    run.save()
    end(run)
    assert standing(campaign) == (Status.PAUSED, False)
    command(campaign=campaign, command=Command.GO_ON, actor=office.person)
    assert standing(campaign) == (Status.ACTIVE, True)


def test_what_nobody_foresaw_is_said_and_not_met_by_every_beat(campaign: Campaign, calendar: Calendar) -> None:
    Credential.objects.update(kind="teleport")
    calendar.pass_hours(24)
    assert campaign.runs.get().problem == refusals.UNEXPECTED


def test_a_run_that_ends_stopped_takes_the_campaign_off_its_schedule(
    campaign: Campaign, calendar: Calendar
) -> None:
    calendar.set(NOON + timedelta(hours=14))
    beat(delivers=False)
    run = CampaignRun.objects.open().select_related("campaign").get()
    run.state = RunState.STOPPED
    run.save()
    end(run)
    assert standing(campaign) == (Status.STOPPED, False)
    calendar.pass_hours(24)
    assert campaign.runs.count() == 1


def test_what_sends_itself_again_after_an_error_is_unscheduled_before_it_is_changed(
    campaign: Campaign, office: Office, calendar: Calendar
) -> None:
    Destination.objects.update(allow_business_users=False)
    calendar.pass_hours(24)
    assert standing(campaign) == (Status.ERROR, True)
    assert not campaign.may(Command.EDIT)
    assert "will be sent by itself. Unschedule it first" in refusal(campaign, Command.EDIT)
    command(campaign=campaign, command=Command.UNSCHEDULE, actor=office.person)
    assert now(campaign).may(Command.EDIT)


def test_a_missed_time_that_is_left_out_is_said_and_the_last_one_leaves_a_draft(
    office: Office, calendar: Calendar
) -> None:
    once = Schedule(kind=Kind.ONCE, zone=ZONE, starts_on=date(2027, 1, 5), at=time(9), catch_up=CatchUp.SKIP)
    campaign = scheduled(office, once)
    calendar.set(NOON + timedelta(hours=48))
    beat()
    assert (sent_at(campaign), standing(campaign)) == ([], (Status.DRAFT, False))
    assert "on 05 Jan, 08:00" in Notification.objects.get(title="“Autumn” was not sent").body


def test_criteria_that_can_not_be_read_end_the_run_with_words(campaign: Campaign, calendar: Calendar) -> None:
    SubAudience.objects.update(is_remaining=False, rules={"include": "nonsense"})
    calendar.pass_hours(24)
    assert "can no longer be read" in campaign.runs.get().problem


def test_the_end_of_an_old_delivery_leaves_an_archived_campaign_where_it_is(
    office: Office, calendar: Calendar
) -> None:
    campaign = office.campaign()
    run = begin_run(campaign=campaign, actor=office.person)
    preparing.prepare(run.pk)
    delivery = Delivery.objects.get()
    for status in (Delivery.Status.STOPPED, Delivery.Status.COMPLETED):
        Delivery.objects.update(status=status)
        on_finished(delivery)
        if status == Delivery.Status.STOPPED:
            command(campaign=campaign, command=Command.ARCHIVE, actor=office.person)
            assert not is_current(delivery)
    assert CampaignRun.objects.get().state == RunState.DELIVERED
    assert now(campaign).status == Status.ARCHIVED
