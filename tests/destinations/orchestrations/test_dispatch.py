"""What falls due is started exactly once, whatever the clock and the beats do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.access import Access
from customer360.models import Query, Table
from destinations.concerns import concerns
from destinations.delivery.connecting import TargetTaken
from destinations.delivery.models import Delivery, Target
from destinations.models import Credential, DataTemplate
from destinations.orchestrations.models import Orchestration, OrchestrationRun
from destinations.orchestrations.services import running
from destinations.orchestrations.services.editing import set_paused
from destinations.schedules.dispatch import dispatch_due, overdue
from destinations.schedules.models import Occurrence
from destinations.schedules.recurrence import CatchUp, Kind, Schedule
from destinations.tasks import begin_run
from notifications.models import Notification
from runtime import clock
from tests.campaigns.office import fill
from tests.destinations.orchestrations.studio import report_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client

    from tests.destinations.orchestrations.studio import Studio

EVERYTHING = Access(None, is_superuser=True)
NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


class Wall:
    """A clock that stands still where it is put."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def show(self, moment: datetime) -> None:
        clock.set_clock(self.path, offset=moment - datetime.now(UTC), rate=0)


@pytest.fixture
def wall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wall:
    wall = Wall(tmp_path / "clock.json")
    wall.show(NOON)
    monkeypatch.setenv(clock.VARIABLE, str(wall.path))
    return wall


def every_day(**values: object) -> Schedule:
    usual = {"kind": Kind.DAILY, "zone": "UTC", "starts_on": NOON.date(), "at": time(13)}
    return Schedule(**usual | values)


def scheduled(studio: Studio, **values: object) -> Orchestration:
    return studio.orchestration(workflow="scheduled", schedule=every_day(**values))


def runs() -> list[datetime | None]:
    return list(OrchestrationRun.objects.order_by("pk").values_list("due_at", flat=True))


ONE = datetime(2030, 5, 6, 13, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_nothing_runs_before_its_time_and_each_time_runs_once(wall: Wall, studio: Studio) -> None:
    scheduled(studio)
    dispatch_due()
    assert runs() == []
    wall.show(ONE)
    dispatch_due()
    dispatch_due()
    assert runs() == [ONE]
    wall.show(ONE + DAY)
    dispatch_due()
    assert runs() == [ONE, ONE + DAY]


def test_setting_the_clock_back_and_forward_changes_nothing(wall: Wall, studio: Studio) -> None:
    orchestration = scheduled(studio)
    for moment in (ONE, ONE - HOUR, ONE, ONE + HOUR, ONE, ONE + 2 * HOUR):
        wall.show(moment)
        dispatch_due()
        orchestration.refresh_from_db()
        orchestration.plan_next()  # as a save at this moment does
        orchestration.save()
    assert runs() == [ONE]


def test_after_downtime_only_the_latest_runs_and_the_owner_hears_of_the_missed(wall: Wall, studio: Studio) -> None:
    scheduled(studio)
    wall.show(ONE + 3 * DAY + HOUR)
    dispatch_due()
    assert runs() == [ONE + 3 * DAY]
    assert Occurrence.objects.get().passed_over == 3
    told = Notification.objects.get(recipient=studio.person)
    assert "3 runs were missed" in told.body


def test_a_late_start_is_told(wall: Wall, studio: Studio) -> None:
    scheduled(studio)
    wall.show(ONE + HOUR)
    dispatch_due()
    assert "started late" in Notification.objects.get(recipient=studio.person).title


def test_a_schedule_may_wait_for_its_next_time_instead(wall: Wall, studio: Studio) -> None:
    scheduled(studio, catch_up=CatchUp.SKIP)
    wall.show(ONE + HOUR)
    dispatch_due()
    assert runs() == []
    assert not Occurrence.objects.get().started
    told = Notification.objects.get(recipient=studio.person)
    assert told.body.startswith(
        "A run was missed, because Muster was not working at the time. The next is on 07 May"
    )
    wall.show(ONE + DAY)
    dispatch_due()
    assert runs() == [ONE + DAY]


def test_an_ended_schedule_has_no_further_run(wall: Wall, studio: Studio) -> None:
    orchestration = scheduled(studio, ends_on=date(2030, 5, 6))
    wall.show(ONE)
    dispatch_due()
    orchestration.refresh_from_db()
    assert orchestration.next_run_at is None


def test_one_that_fails_costs_no_other_and_is_found_again(wall: Wall, studio: Studio) -> None:
    broken = scheduled(studio)
    Orchestration.objects.filter(pk=broken.pk).update(schedule={"kind": "nonsense"})
    studio.orchestration(studio.query("Fine"), workflow="scheduled", schedule=every_day())
    wall.show(ONE)
    dispatch_due()
    assert [run.orchestration.name for run in OrchestrationRun.objects.all()] == ["Send Fine"]
    Orchestration.objects.filter(pk=broken.pk).update(schedule=every_day())
    dispatch_due()
    assert OrchestrationRun.objects.count() == 2


def automatic(studio: Studio, quiet_minutes: int = 10) -> Orchestration:
    return studio.orchestration(workflow="automatic", quiet_minutes=quiet_minutes)


def test_new_data_runs_an_automatic_one_after_the_quiet_period(wall: Wall, studio: Studio) -> None:
    automatic(studio)
    dispatch_due()
    assert runs() == []
    fill(Table.objects.get(name="Customer360"), [300])
    wall.show(NOON + timedelta(minutes=9))
    dispatch_due()
    assert runs() == []
    fill(Table.objects.get(name="Customer360"), [301])
    wall.show(NOON + timedelta(minutes=18))
    dispatch_due()
    assert runs() == []
    wall.show(NOON + timedelta(minutes=20))
    dispatch_due()
    dispatch_due()
    assert [run.cause for run in OrchestrationRun.objects.all()] == ["data"]


def test_data_that_it_does_not_read_runs_nothing(wall: Wall, studio: Studio) -> None:
    automatic(studio, quiet_minutes=0)
    fill(Table.objects.get(name="Merged_Customers"), [300])
    dispatch_due()
    assert runs() == []


def test_newer_data_waits_for_the_end_of_the_run(wall: Wall, studio: Studio) -> None:
    automatic(studio, quiet_minutes=0)
    fill(Table.objects.get(name="Customer360"), [300])
    dispatch_due()
    fill(Table.objects.get(name="Customer360"), [301])
    dispatch_due()
    assert OrchestrationRun.objects.count() == 1
    OrchestrationRun.objects.update(begun_at=NOON, ended_at=NOON)
    dispatch_due()
    assert OrchestrationRun.objects.count() == 2


def test_what_was_held_runs_as_soon_as_nothing_is_in_the_way(wall: Wall, studio: Studio) -> None:
    def beat() -> list[str]:
        dispatch_due()
        for run in OrchestrationRun.objects.open():
            running.begin(run.pk)
        return [report_of(run).status for run in OrchestrationRun.objects.order_by("pk")]

    orchestration = automatic(studio, quiet_minutes=0)
    Credential.objects.update(status=Credential.Status.REAUTHORISE)
    fill(Table.objects.get(name="Customer360"), [300])
    assert beat() == ["Held"]
    assert beat() == ["Held"], "its reason was told once"
    fill(Table.objects.get(name="Customer360"), [301])
    assert beat() == ["Held"]
    studio.template.available_to_orchestrations = False
    studio.template.save()
    assert beat() == ["Held", "Held"], "another reason is news"
    DataTemplate.objects.update(available_to_orchestrations=True)
    Credential.objects.update(status=Credential.Status.CONNECTED)
    assert beat() == ["Held", "Held", "Preparing"]
    orchestration.runs.update(ended_at=NOON)
    assert len(beat()) == 3, "what was sent is no news"


def test_an_object_that_was_left_out_is_sent_when_nothing_is_in_its_way(wall: Wall, studio: Studio) -> None:
    def beat() -> list[list[bool]]:
        """Of each run, which of its objects are sent."""
        dispatch_due()
        for run in OrchestrationRun.objects.open():
            running.begin(run.pk)
            Delivery.objects.update(status=Delivery.Status.COMPLETED)
            OrchestrationRun.objects.update(ended_at=NOON)
        made = OrchestrationRun.objects.order_by("pk")
        return [[each.delivery is not None for each in run.run_objects.all()] for run in made]

    few = studio.query("Few", "score < 4")
    studio.orchestration(few, studio.query("Many", "score < 8"), workflow="automatic", quiet_minutes=0)
    sound = few.sql
    Query.objects.filter(pk=few.pk).update(sql="SELECT id, email AS address FROM Customer360")
    fill(Table.objects.get(name="Customer360"), [300])
    assert beat() == [[False, True]]
    assert beat() == [[False, True]], "its reason was told once"
    fill(Table.objects.get(name="Customer360"), [301])
    assert beat() == [[False, True], [False, True]], "what can be sent waits for nothing"
    Query.objects.filter(pk=few.pk).update(sql=sound)
    assert beat()[2:] == [[True, True]]
    assert len(beat()) == 3, "what was sent is no news"


def test_an_object_whose_place_is_taken_is_left_out_again_and_leaves_no_target(wall: Wall, studio: Studio) -> None:
    orchestration = automatic(studio, quiet_minutes=0)
    mine = Target.objects.get()
    theirs = Target.objects.create(
        owner_kind="campaign", owner_id=1, kind=mine.kind, account=mine.account, spec=mine.spec
    )
    mine.claims.update(target=theirs)
    mine.delete()
    fill(Table.objects.get(name="Customer360"), [300])
    for _ in range(3):
        dispatch_due()
        for run in OrchestrationRun.objects.open():
            running.begin(run.pk)
    assert [each.problem for each in orchestration.runs.get().run_objects.all()] == [TargetTaken().message]
    assert Target.objects.get() == theirs
    assert not Delivery.objects.exists()


def test_a_paused_one_runs_nothing_and_does_not_make_up_for_it(wall: Wall, studio: Studio) -> None:
    orchestration = automatic(studio, quiet_minutes=0)
    set_paused(orchestration=orchestration, paused=True, actor=studio.person)
    fill(Table.objects.get(name="Customer360"), [300])
    dispatch_due()
    set_paused(orchestration=orchestration, paused=False, actor=studio.person)
    dispatch_due()
    assert runs() == []


def test_a_run_that_nobody_begins_is_begun_by_the_task(studio: Studio) -> None:
    run = running.run_now(orchestration=studio.orchestration(), actor=studio.person)
    begin_run(run_id=run.pk, tenant_id=run.tenant_id)
    run.refresh_from_db()
    assert run.begun_at is not None


def test_a_run_that_nobody_started_is_a_concern_without_any_beat(wall: Wall, studio: Studio) -> None:
    scheduled(studio)
    wall.show(ONE + timedelta(minutes=5))
    assert not list(overdue(EVERYTHING))
    wall.show(ONE + HOUR)
    texts = [concern.text for concern in concerns(EVERYTHING)]
    assert any("was due on 06 May at 13:00 and has not started" in text for text in texts)
    dispatch_due()
    assert not list(overdue(EVERYTHING))


def test_a_schedule_that_is_edited_on_its_page_takes_effect_at_once(
    wall: Wall, studio: Studio, sign_in: Callable[[str], Client]
) -> None:
    orchestration = scheduled(studio)
    sent = orchestration.objects_sent.get()
    answers = {
        "name": orchestration.name,
        "revision": orchestration.revision,
        "object_type": "query",
        "queries": sent.query_id,
        "destination": studio.template.destination_id,
        "data_template": studio.template.pk,
        "list_name": orchestration.list_name,
        "workflow": "scheduled",
        "quiet_minutes": "15",
        "schedule-kind": "daily",
        "schedule-starts_on": "2030-05-06",
        "schedule-at": "16:00",  # in London, an hour ahead
        "schedule-ends": "never",
        "schedule-catch_up": "latest",
    }
    page = f"/t/acme/orchestrations/{orchestration.pk}/edit/"
    assert sign_in("datagrid_operator").post(page, answers).status_code == 302
    wall.show(ONE)
    dispatch_due()
    assert runs() == []
    wall.show(ONE + 2 * HOUR)
    dispatch_due()
    assert runs() == [ONE + 2 * HOUR]
