"""Who asked to be alerted of a destination or an orchestration hears of everything that happens there."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from customer360.models import Query
from destinations.delivery import progress
from destinations.delivery.models import Delivery
from destinations.delivery.outcomes import Counts
from destinations.delivery.specs import Scope
from destinations.models import Credential, Destination
from destinations.orchestrations import announcements
from destinations.orchestrations.models import OrchestrationRun
from destinations.orchestrations.services import running
from destinations.orchestrations.services.running import open_run
from destinations.schedules.models import Occurrence
from destinations.services.attention import tell_of_recovery, tell_of_refusal
from notifications.events import Event
from notifications.models import AlertState, AlertSubscription, Notification
from notifications.services import subscribe
from runtime import clock
from tests.access.objects.deliveries import delivery as ended_delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from destinations.orchestrations.models import Orchestration
    from tests.cast import Cast
    from tests.destinations.orchestrations.studio import Studio

Status = Delivery.Status
AFTERWARDS = {
    Status.PREPARING: [Event.STARTED],
    Status.SENDING: [],
    Status.STOPPED: [],
    Status.HELD: [Event.HELD],
    Status.COMPLETED: [Event.COMPLETED],
    Status.COMPLETED_WITH_ERRORS: [Event.COMPLETED_WITH_ERRORS],
    Status.FAILED: [Event.FAILED],
}


@pytest.fixture
def orchestration(studio: Studio) -> Orchestration:
    Destination.objects.update(allow_business_users=True)
    return studio.orchestration()


@pytest.fixture
def delivery(orchestration: Orchestration, cast: Cast) -> Delivery:
    """Of the orchestration, to its destination."""
    made = ended_delivery(cast)
    sent, target = orchestration.objects_sent.get(), made.target
    target.owner_kind, target.owner_id = "orchestration_object", sent.pk
    target.save()
    place = orchestration.data_template.destination_id
    made.connector = made.connector.model_copy(update={"destination_id": place})
    made.save()
    return made


def listen(cast: Cast, subject: str, *events: Event, percent: int = 10) -> AlertSubscription:
    return subscribe(
        user=cast["amp360_user"],
        topic="delivery",
        subject=subject,
        events=events or list(Event),
        by_email=False,
        skipped_percent=percent,
    )


def titles(cast: Cast) -> list[str]:
    return [each.title for each in Notification.objects.filter(recipient=cast["amp360_user"]).order_by("pk")]


def test_each_state_of_a_delivery_is_told_to_who_asked_for_it(
    delivery: Delivery, orchestration: Orchestration, cast: Cast
) -> None:
    subscriptions = [listen(cast, subject) for subject in announcements.subjects_of(orchestration)]
    delivery.counts = Counts(audience=2, added=2).as_json()
    for (status, events), subscription in product(AFTERWARDS.items(), subscriptions):
        AlertSubscription.objects.update(events=[])
        delivery.status = status
        for asked, is_told in ((events, bool(events)), (set(Event) - set(events), False)):
            Notification.objects.all().delete()
            AlertSubscription.objects.filter(pk=subscription.pk).update(events=list(asked))
            progress.tell(delivery)
            assert bool(titles(cast)) is is_told, (status, subscription)


def test_a_dry_run_sets_off_no_alert_and_tells_who_started_it_what_would_change(
    delivery: Delivery, cast: Cast
) -> None:
    listen(cast, "")
    delivery.scope, delivery.status, delivery.started_by = Scope.DRY_RUN, Status.COMPLETED, cast["ampiq_user"]
    delivery.planned = {"audience": 1500, "adds": 1200, "updates": 0, "removes": 3}
    progress.tell(delivery)
    assert titles(cast) == []
    told = Notification.objects.get(recipient=cast["ampiq_user"])
    assert told.title == "Lapsed (dry run): Completed"
    assert told.body == "A send would change this: 1,200 added, 3 removed."


def test_too_many_rows_skipped_is_told_whatever_the_status(delivery: Delivery, cast: Cast) -> None:
    listen(cast, "", Event.SKIPPED, percent=49)
    delivery.status = Status.COMPLETED
    delivery.counts = Counts(audience=100, added=51, not_found=49).as_json()
    progress.tell(delivery)
    assert titles(cast) == []
    delivery.counts = Counts(audience=100, added=50, not_found=50).as_json()
    progress.tell(delivery)
    assert titles(cast) == ["Lapsed: Completed"]


def test_waiting_for_tomorrow_s_calls_is_a_delay_that_says_until_when(delivery: Delivery, cast: Cast) -> None:
    listen(cast, "", Event.DELAYED)
    delivery.status = Status.SENDING
    progress.tell(delivery)
    assert titles(cast) == []
    delivery.waiting_until = clock.now() + timedelta(hours=5)
    progress.tell(delivery)
    (told,) = Notification.objects.filter(recipient=cast["amp360_user"])
    assert told.body.startswith("The account's calls for today are used up. It continues by itself on ")


Cause = OrchestrationRun.Cause
TELLINGS: dict[Event, Callable[[Orchestration], None]] = {
    Event.HELD: lambda each: announcements.held(open_run(each, cause=Cause.PERSON), "No."),
    Event.FAILED: lambda each: announcements.failed(open_run(each, cause=Cause.PERSON), "No."),
    Event.DELAYED: lambda each: announcements.delayed(open_run(each, cause=Cause.SCHEDULE)),
    Event.MISSED: lambda each: announcements.left_out(each, missed(each)),
}


def missed(orchestration: Orchestration) -> Occurrence:
    return Occurrence.objects.create(
        kind="orchestration", owner_id=orchestration.pk, due_at=clock.now(), started=False
    )


@pytest.mark.parametrize("event", TELLINGS)
def test_a_run_that_sends_nothing_or_late_is_told(event: Event, orchestration: Orchestration, cast: Cast) -> None:
    listen(cast, f"orchestration:{orchestration.pk}", event)
    TELLINGS[event](orchestration)
    assert len(titles(cast)) == 1
    assert AlertState.objects.get().event == event


def test_a_credential_that_wants_attention_is_told_where_it_is_needed(
    orchestration: Orchestration, cast: Cast
) -> None:
    destination = orchestration.data_template.destination
    for subject in (f"orchestration:{orchestration.pk}", f"destination:{destination.pk}"):
        Notification.objects.all().delete()
        AlertSubscription.objects.all().delete()
        listen(cast, subject, Event.CREDENTIAL)
        credential = Credential.objects.get()
        tell_of_refusal(credential)
        assert titles(cast) == [f"“{destination}” can't be sent to"]
        tell_of_recovery(credential)
        assert titles(cast) == [f"“{destination}” can be sent to again"]


def test_each_object_has_a_state_of_its_own_and_a_good_end_of_one_ends_what_held_them_all(
    studio: Studio, cast: Cast
) -> None:
    Destination.objects.update(allow_business_users=True)
    both = studio.query("Few", "score < 4"), studio.query("Many", "score < 8")
    orchestration = studio.orchestration(*both)
    listen(cast, f"orchestration:{orchestration.pk}", Event.FAILED, Event.HELD)
    run = open_run(orchestration, cause=Cause.PERSON)
    running.begin(run.pk)
    few, many = (each.delivery for each in run.run_objects.order_by("pk"))

    def heard(delivery: Delivery, status: Delivery.Status) -> int:
        Notification.objects.all().delete()
        delivery.status = status
        progress.tell(delivery)
        return len(titles(cast))

    story = [(few, Status.FAILED), (many, Status.COMPLETED), (few, Status.FAILED), (few, Status.COMPLETED)]
    assert [heard(*each) for each in story] == [1, 0, 0, 1]
    announcements.held(run, "No.")
    assert [heard(many, Status.COMPLETED), heard(few, Status.COMPLETED)] == [1, 0]


def test_objects_that_are_refused_are_told_each_in_a_notification_of_its_own(studio: Studio) -> None:
    both = studio.query("Few", "score < 4"), studio.query("Many", "score < 8")
    orchestration = studio.orchestration(*both)
    Query.objects.update(sql="SELECT id, email AS address FROM Customer360")
    run = open_run(orchestration, cause=Cause.PERSON)
    running.begin(run.pk)
    told = Notification.objects.filter(recipient=studio.person).values_list("title", flat=True)
    assert set(told) == {f"{orchestration} · Few: Held", f"{orchestration} · Many: Held"}


def test_nobody_hears_of_a_place_that_is_closed_to_them(delivery: Delivery, cast: Cast) -> None:
    listen(cast, "")
    Destination.objects.update(allow_business_users=False)
    delivery.status = Status.FAILED
    progress.tell(delivery)
    tell_of_refusal(Credential.objects.get())
    assert titles(cast) == []
