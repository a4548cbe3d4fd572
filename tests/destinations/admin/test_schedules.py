"""The operators' pages of what runs by itself: when, what was missed, pausing it and writing its schedule."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import MultiValueDict

from audit.models import AuditEvent
from campaigns.models import Campaign
from campaigns.states import Status
from destinations.admin.schedules import OrchestrationTiming
from destinations.models import Credential, DataTemplate, Destination
from destinations.orchestrations.models import Orchestration
from destinations.schedules.models import Occurrence
from destinations.schedules.recurrence import CatchUp, Kind, Schedule
from runtime import clock
from tests.destinations.admin.entered import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from tenants.models import Tenant
    from tests.cast import Cast

NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)
ONE = datetime(2030, 5, 6, 13, tzinfo=UTC)
DAY = timedelta(days=1)
ADMIN = "/t/acme/admin"
ORCHESTRATIONS, CAMPAIGNS = f"{ADMIN}/destinations/orchestration/", f"{ADMIN}/campaigns/campaign/"
# Every day at 14:00 in London, an hour ahead of UTC then.
DAILY = Schedule(
    kind=Kind.DAILY,
    zone="Europe/London",
    starts_on=date(2030, 5, 1),
    at=time(14),
    ends_on=date(2030, 12, 31),
    catch_up=CatchUp.SKIP,
)
ENTERED = {
    "kind": "daily",
    "starts_on": "2030-05-01",
    "at": "14:00",
    "month_day": "1",
    "cron": "",
    "ends": "on",
    "ends_on": "2030-12-31",
    "ends_after": "",
    "catch_up": "skip",
}


@pytest.fixture(autouse=True)
def _at_noon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.set_clock(tmp_path / "clock.json", offset=NOON - datetime.now(UTC), rate=0)
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock.json"))


@pytest.fixture
def orchestration(acme: Tenant, cast: Cast) -> Orchestration:
    destination = Destination.objects.create(name="HubSpot", credential=Credential.objects.create(name="Account"))
    made: Orchestration = Orchestration.objects.create(
        name="Weekly lists",
        data_template=DataTemplate.objects.create(destination=destination, name="Lists"),
        owner=cast["amp360_user"],
        workflow=Orchestration.Workflow.SCHEDULED,
        schedule=DAILY,
        next_run_at=ONE,
    )
    return made


@pytest.fixture
def campaign(acme: Tenant, cast: Cast) -> Campaign:
    made: Campaign = Campaign.objects.create(
        name="Autumn",
        status=Status.SCHEDULED,
        schedule=DAILY,
        next_run_at=ONE,
        scheduled_by=cast["ampiq_user"],
    )
    return made


def page_of(row: Orchestration | Campaign) -> str:
    return f"{ADMIN}/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def test_another_rule_keeps_catch_up_and_end(operator: Client, orchestration: Orchestration) -> None:
    page = page_of(orchestration)
    assert "Every day at 14:00" in shown(operator.get(page))

    changed = operator.post(page, {**ENTERED, "kind": "cron", "cron": "30 15 * * *"})

    assert changed.status_code == 302
    orchestration.refresh_from_db()
    written: Schedule = orchestration.schedule
    assert (written.kind, written.catch_up, written.ends_on) == (Kind.CRON, CatchUp.SKIP, DAILY.ends_on)
    assert orchestration.next_run_at == datetime(2030, 5, 6, 14, 30, tzinfo=UTC)
    assert AuditEvent.objects.filter(action="orchestration:changed").count() == 1


def test_a_save_without_a_change_changes_nothing(operator: Client, orchestration: Orchestration) -> None:
    assert operator.post(page_of(orchestration), ENTERED).status_code == 302

    orchestration.refresh_from_db()
    assert (orchestration.schedule, orchestration.next_run_at, orchestration.revision) == (DAILY, ONE, 0)
    assert not AuditEvent.objects.exists()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "cron", "cron": "0 0 30 2 *"}, "never happens"),
    ({"kind": "cron", "cron": "x" * 300}, "at most 200 characters"),
    ({"kind": "cron", "cron": "'; DROP TABLE"}, "five fields"),
    ({"kind": "hourly"}, "Select a valid choice"),
    ({"kind": "weekly"}, "Choose at least one day of the week"),
    ({"kind": "weekly", "weekdays": ["8"]}, "Select a valid choice"),
    ({"kind": "monthly", "month_day": "32"}, "Select a valid choice"),
    ({"starts_on": "soon"}, "Enter a valid date"),
    ({"starts_on": "99999-01-01"}, "Enter a valid date"),
    ({"at": "25:00"}, "Enter a valid time"),
    ({"ends_on": "2030-04-01"}, "It ends before it starts"),
    ({"ends_on": ""}, "Say when it ends"),
    ({"ends": "after", "ends_after": "-1"}, "greater than or equal to 1"),
    ({"ends": "after", "ends_after": "9" * 30}, "less than or equal to"),
    ({"catch_up": "<script>"}, "Select a valid choice"),
]


def test_what_can_not_be_a_schedule_is_told_once(operator: Client, orchestration: Orchestration) -> None:
    for entered, words in REFUSED:
        told = OrchestrationTiming(posted({**ENTERED, **entered}), instance=orchestration).errors.values()
        assert str(told).count(words) == 1, entered
    refused = operator.post(page_of(orchestration), {**ENTERED, "kind": "weekly"})
    assert "Choose at least one day of the week" in shown(refused)
    orchestration.refresh_from_db()
    assert orchestration.schedule == DAILY


def posted(entered: dict[str, Any]) -> MultiValueDict[str, Any]:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in entered.items()})


def test_of_two_operators_the_second_sees_the_difference(operator: Client, orchestration: Orchestration) -> None:
    page = page_of(orchestration)
    seen = shown(operator.get(page)).split('name="seen" value="')[1].split('"')[0].replace("&quot;", '"')
    operator.post(page, {**ENTERED, "seen": seen, "catch_up": "latest", "is_paused": "on"})

    with CaptureQueriesContext(connection) as queries:
        late = operator.post(page, {**ENTERED, "seen": seen, "at": "16:00"})

    told = shown(late)
    assert "Someone saved this while you were editing." in told
    assert "After an outage is now “Runs once, for the latest time that was missed”." in told
    assert "Paused is now “on”." in told
    assert any("FOR UPDATE OF" in query["sql"] for query in queries), "two saves at once would both be first"
    orchestration.refresh_from_db()
    assert orchestration.schedule.at == time(14)


@pytest.mark.parametrize("made", ["orchestration", "campaign"])
def test_pausing_takes_the_next_run_away_and_resuming_plans_it_again(
    request: pytest.FixtureRequest, operator: Client, made: str
) -> None:
    row = request.getfixturevalue(made)
    operator.post(page_of(row), {**ENTERED, "is_paused": "on"})
    row.refresh_from_db()
    assert (row.is_paused, row.next_run_at) == (True, None)

    operator.post(page_of(row), ENTERED)
    row.refresh_from_db()
    assert (row.is_paused, row.next_run_at) == (False, ONE)


def test_a_campaigns_schedule_is_changed_and_it_still_sends_for_the_same_person(
    operator: Client, campaign: Campaign, cast: Cast
) -> None:
    assert operator.post(page_of(campaign), {**ENTERED, "at": "15:00", "catch_up": "latest"}).status_code == 302

    campaign.refresh_from_db()
    assert campaign.next_run_at == ONE + timedelta(hours=1)
    assert (campaign.schedule.catch_up, campaign.schedule.ends_on) == (CatchUp.LATEST, DAILY.ends_on)
    assert campaign.scheduled_by == cast["ampiq_user"]
    assert AuditEvent.objects.filter(action="campaign:rescheduled").count() == 1
    assert "Select a valid choice" in shown(operator.post(page_of(campaign), {**ENTERED, "kind": "cron"}))


def test_a_campaign_that_is_being_sent_is_not_rescheduled(operator: Client, campaign: Campaign) -> None:
    Campaign.objects.update(status=Status.SENDING)

    answer = operator.post(page_of(campaign), {**ENTERED, "at": "15:00"}, follow=True)

    assert "its timing is changed in the campaign" in shown(answer)
    campaign.refresh_from_db()
    assert campaign.schedule == DAILY


def test_missed_runs_are_listed_for_both(
    operator: Client, orchestration: Orchestration, campaign: Campaign
) -> None:
    Occurrence.objects.create(
        kind="orchestration", owner_id=orchestration.pk, due_at=ONE - DAY, started=False, passed_over=2
    )
    Occurrence.objects.create(kind="campaign", owner_id=campaign.pk, due_at=ONE - 3 * DAY, started=False)
    Campaign.objects.update(next_run_at=NOON - timedelta(hours=1))

    assert "last 5 May 2030, 14:00" in shown(operator.get(ORCHESTRATIONS))
    assert "5 May 2030, 14:00: left out, with 2 earlier times" in shown(operator.get(page_of(orchestration)))
    assert "6 May 2030, 12:00: not started" in shown(operator.get(CAMPAIGNS))


def test_one_entry_of_the_side_bar_leads_to_both(
    operator: Client, orchestration: Orchestration, campaign: Campaign
) -> None:
    page = operator.get(CAMPAIGNS)

    entries = [entry for group in page.context["sidebar_navigation"] for entry in group["items"]]
    (schedules,) = (entry for entry in entries if entry["title"] == "Schedules")
    assert (schedules["link"], schedules["active"]) == (ORCHESTRATIONS, True)
    (tabs,) = (tab["items"] for tab in page.context["tab_list"] if "campaigns.campaign" in tab["models"])
    assert [(tab["title"], tab["active"]) for tab in tabs] == [("Orchestrations", False), ("Campaigns", True)]
    assert "Autumn" in shown(page)


def test_who_may_not_send_reads_and_changes_nothing(
    sign_in: Callable[[str], Client], orchestration: Orchestration, campaign: Campaign
) -> None:
    for person in ("datagrid_operator_read_only", "restricted_exports"):
        reader = sign_in(person)
        for row in (orchestration, campaign):
            page = shown(reader.get(page_of(row)))
            assert "Every day at 14:00" in page
            assert 'type="submit"' not in page.split('id="content-main"')[1]
            assert reader.post(page_of(row), {**ENTERED, "is_paused": "on"}).status_code == 403
            row.refresh_from_db()
            assert not row.is_paused
