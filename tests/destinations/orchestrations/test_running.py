"""From “Run” to what HubSpot holds, over real HTTP to the sandbox; and everything that may be in the way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import F

from accounts.models import Membership
from audit.models import AuditEvent
from customer360.models import Column, Query
from destinations.delivery.models import Delivery
from destinations.delivery.specs import Scope
from destinations.models import Credential, Destination
from destinations.orchestrations import recovery
from destinations.orchestrations.errors import RunRefusedError
from destinations.orchestrations.models import OrchestrationRun
from destinations.orchestrations.services import running
from destinations.orchestrations.services.running import open_run, run_now
from notifications.models import Kind, Notification
from tests.campaigns.office import email_of
from tests.destinations.orchestrations.studio import CUSTOMERS, finish, report_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast
    from tests.destinations.orchestrations.studio import Studio
    from tests.sandbox import Sandbox


def test_a_query_is_sent_then_only_what_changed(busy_studio: Studio, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    orchestration = busy_studio.orchestration()
    first = busy_studio.run(orchestration)
    assert (first.status, first.counts.audience, first.added) == ("Completed", 50, 50)  # type: ignore[union-attr]
    assert sandbox.members("Muster High scores") == sorted(email_of(number) for number in range(51, 101))
    verdicts = Delivery.objects.get().audience.verdicts  # found at import, and not anew
    assert verdicts == {"email": ("muster_address_1", "muster_reason_1")}
    sandbox.add_contacts(email_of(200))
    busy_studio.add_customers(200)
    second = busy_studio.run(orchestration)
    assert second.counts is not None
    assert (second.added, second.counts.unchanged, second.who) == (1, 50, str(busy_studio.person))


def test_a_segment_is_sent_and_a_dry_run_sends_nothing(busy_studio: Studio, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    orchestration = busy_studio.orchestration(busy_studio.segment())
    dry = busy_studio.run(orchestration, Scope.DRY_RUN)
    assert (dry.status, dry.planned["adds"]) == ("Completed", 10)
    assert "lists" not in sandbox.state() or not sandbox.state()["lists"]
    sent = busy_studio.run(orchestration)
    assert sent.counts is not None
    assert sent.counts.delivered == 10
    assert len(sandbox.members("Muster Low scores")) == 10


def test_each_object_has_a_list_of_its_own(busy_studio: Studio, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    both = busy_studio.query("Few", "score < 4"), busy_studio.query("Many", "score < 8")
    report = busy_studio.run(busy_studio.orchestration(*both))
    assert report.status == "Completed"
    assert (len(sandbox.members("Muster Few")), len(sandbox.members("Muster Many"))) == (3, 7)


def test_of_several_objects_one_that_is_refused_is_an_error_of_the_run_and_told_by_its_name(
    busy_studio: Studio, sandbox: Sandbox
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    both = busy_studio.query("Few", "score < 4"), busy_studio.query("Many", "score < 8")
    orchestration = busy_studio.orchestration(*both)
    Query.objects.filter(name="Few").update(sql="SELECT id, email AS address FROM Customer360")
    report = busy_studio.run(orchestration)
    assert report.status == "Completed with errors"
    (problem,) = report.problems
    assert problem.startswith("Few: ")
    assert "has no column “email”" in problem
    assert len(sandbox.members("Muster Many")) == 7
    assert Notification.objects.get(kind=Kind.WARNING).title == f"{orchestration} · Few: Held"


def test_a_run_waits_to_start_at_once_and_is_begun_once(studio: Studio) -> None:
    run = run_now(orchestration=studio.orchestration(), actor=studio.person)
    assert report_of(run).status == "Waiting to start…"
    running.begin(run.pk)
    running.begin(run.pk)
    assert report_of(run).status == "Preparing"
    assert Delivery.objects.count() == 1


def test_a_run_that_was_lost_begins_before_a_later_one(studio: Studio) -> None:
    orchestration = studio.orchestration()
    lost, later = (open_run(orchestration, cause=OrchestrationRun.Cause.SCHEDULE) for _ in range(2))
    running.begin(later.pk)
    assert [report_of(run).status for run in (lost, later)] == ["Preparing", "Waiting to start…"]


def test_a_run_of_another_orchestration_waits_for_nobody(studio: Studio) -> None:
    query = studio.query()
    made = [studio.orchestration(query, name=name, list_name=name) for name in ("One", "Other")]
    runs = [open_run(orchestration, cause=OrchestrationRun.Cause.SCHEDULE) for orchestration in made]
    running.begin(runs[1].pk)
    assert [report_of(run).status for run in runs] == ["Waiting to start…", "Preparing"]


def test_a_run_that_waits_is_not_started_again(studio: Studio) -> None:
    orchestration = studio.orchestration()
    run_now(orchestration=orchestration, actor=studio.person)
    with pytest.raises(RunRefusedError, match="waiting to start already"):
        run_now(orchestration=orchestration, actor=studio.person)


def test_a_lost_run_is_taken_up(studio: Studio, django_capture_on_commit_callbacks: Callable[..., object]) -> None:
    run_now(orchestration=studio.orchestration(), actor=studio.person)
    recovery.recover()
    OrchestrationRun.objects.update(queued_at=F("queued_at") - timedelta(minutes=5))
    with django_capture_on_commit_callbacks() as enqueued:  # type: ignore[attr-defined]
        recovery.recover()
        recovery.recover()
    assert len(enqueued) == 1


def restrict_pii(studio: Studio) -> None:
    Membership.objects.filter(user=studio.person).update(options=["restrict_pii_access"])


def withdraw_access(studio: Studio) -> None:
    Membership.objects.filter(user=studio.person).update(policies=["datagrid_operator_read_only"])


def disconnect(_studio: Studio) -> None:
    Credential.objects.update(status=Credential.Status.REAUTHORISE)


def leave_the_company(studio: Studio) -> None:
    studio.person.is_active = False
    studio.person.save()


def withdraw_query(_studio: Studio) -> None:
    Query.objects.update(status=Query.Status.DRAFT)


def forbid_sending(_studio: Studio) -> None:
    Column.objects.filter(name="email").update(not_for_activation=True)


def break_query(_studio: Studio) -> None:
    Query.objects.update(sql="SELECT id, nothing AS email FROM Customer360")


def rename_column(_studio: Studio) -> None:
    Query.objects.update(sql="SELECT id, email AS address FROM Customer360")


def close_template(studio: Studio) -> None:
    studio.template.available_to_orchestrations = False
    studio.template.save()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (restrict_pii, "not open to whoever this runs for"),
        (withdraw_access, "may no longer do this"),
        (leave_the_company, "may no longer do this"),
        (disconnect, "has to authorise it"),
        (withdraw_query, "is a draft"),
        (close_template, "not open to whoever this runs for"),
        (forbid_sending, "not for activation"),
        (break_query, "can't be read"),
        (rename_column, "has no column “email”"),
    ],
)
def test_a_scheduled_run_that_may_no_longer_happen_is_held_with_a_reason(
    studio: Studio, change: Callable[[Studio], None], words: str
) -> None:
    orchestration = studio.orchestration()
    change(studio)
    run = open_run(orchestration, cause=OrchestrationRun.Cause.SCHEDULE)
    running.begin(run.pk)
    report = report_of(run)
    assert report.status == "Held"
    assert words in " ".join(report.problems)
    assert not Delivery.objects.exists()
    told = Notification.objects.get(recipient=studio.person)
    assert told.kind == Kind.WARNING
    assert told.title in {f"{orchestration}: Held", f"{orchestration} · High scores: Held"}
    assert words in told.body


def test_business_users_lose_a_destination_that_is_closed_to_them(studio: Studio, cast: Cast) -> None:
    studio.person = cast["amp360_user"]
    orchestration = studio.orchestration()
    Destination.objects.update(allow_business_users=False)
    with pytest.raises(RunRefusedError, match="not open"):
        run_now(orchestration=orchestration, actor=studio.person)


def test_who_started_it_is_in_the_audit(studio: Studio) -> None:
    run_now(orchestration=studio.orchestration(), actor=studio.person)
    event = AuditEvent.objects.get(action="orchestration:run")
    assert event.changes["cause"] == "By hand"


def test_a_run_that_finds_a_delivery_waiting_says_so(studio: Studio) -> None:
    orchestration = studio.orchestration()
    runs = []
    for _ in range(3):
        run = open_run(orchestration, cause=OrchestrationRun.Cause.SCHEDULE)
        running.begin(run.pk)
        runs.append(report_of(run))
    assert [report.status for report in runs] == ["Preparing", "Waiting to start…", "Held"]
    assert "already waiting" in runs[2].problems[0]


def test_an_unknown_error_fails_the_run_in_words_and_asks_for_a_person(studio: Studio) -> None:
    orchestration = studio.orchestration()
    Destination.objects.update(settings={"quota_share": "broken"})
    run = open_run(orchestration, cause=OrchestrationRun.Cause.SCHEDULE)
    running.begin(run.pk)
    report = report_of(run)
    assert (report.status, report.run.has_ended) == ("Failed", True)
    assert "Something unexpected" in report.problems[0]


def test_the_owner_hears_of_a_scheduled_delivery(busy_studio: Studio, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    orchestration = busy_studio.orchestration()
    report = finish(open_run(orchestration, cause=OrchestrationRun.Cause.SCHEDULE))
    assert (report.status, report.who) == ("Completed", "By schedule")
    told = Notification.objects.get(recipient=busy_studio.person)
    assert told.title == "Send High scores · High scores: Completed"
