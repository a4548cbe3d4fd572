"""People are told of what they subscribed to: once for each change of state, once on recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail

from accounts.models import Membership, User
from accounts.policies import Policy
from notifications.events import PROBLEMS as PROBLEMS_THERE_ARE
from notifications.events import Event, News
from notifications.models import AlertSubscription, Kind, Notification
from notifications.services import notify, subscribe
from notifications.tasks import send_alert
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from tests.cast import Cast

PROBLEMS = [Event.FAILED, Event.HELD]
PAGE = "/t/acme/notifications/alerts/"


@pytest.fixture
def in_acme(cast: Cast) -> Iterator[Cast]:
    with tenant_scope(cast.acme):
        yield cast


def listen(
    cast: Cast, key: str = "ampiq_user", subject: str = "", events: list[Event] | None = None, percent: int = 10
) -> AlertSubscription:
    return subscribe(
        user=cast[key],
        topic="delivery",
        subject=subject,
        events=PROBLEMS if events is None else events,
        by_email=True,
        skipped_percent=percent,
    )


def happens(event: Event, thread: str, *about: str, skipped: float = 0) -> None:
    notify(
        topic="delivery",
        thread=thread,
        recipients=[],
        kind=Kind.ERROR if event is Event.FAILED else Kind.COMPLETED,
        title=f"Newsletter {event.label.lower()}",
        body="Nothing was sent.",
        link="/t/acme/deliveries/1/",
        news=News(event=event, about=about, skipped_percent=skipped),
    )


@pytest.fixture
def told(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> Callable[..., list[str]]:
    """Lets something happen and gives the subjects of the e-mails that it set off."""
    monkeypatch.setattr(send_alert, "apply_async", lambda *, kwargs, **_options: send_alert(**kwargs))

    def outbox(event: Event, thread: str, *about: str, skipped: float = 0) -> list[str]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            happens(event, thread, *about, skipped=skipped)
        return [str(message.subject) for message in mail.outbox]

    return outbox


def test_a_subscriber_hears_in_the_pane_and_by_e_mail(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme)
    assert told(Event.FAILED, "delivery:1") == ["Acme: Newsletter failed"]
    (message,) = mail.outbox
    assert message.to == ["ampiq_user@example.com"]
    assert "Nothing was sent." in message.body
    assert "http://127.0.0.1:8000/t/acme/deliveries/1/" in message.body
    assert "/t/acme/notifications/alerts/" in message.body
    assert Notification.objects.get().recipient == in_acme["ampiq_user"]


def test_the_same_state_again_is_no_second_message_and_recovery_is_one(
    in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, subject="destination:1")
    about = "destination:1"
    messages = [
        told(Event.FAILED, "delivery:1", about),
        told(Event.FAILED, "delivery:2", about),
        told(Event.HELD, "delivery:3", about),
        told(Event.COMPLETED, "delivery:4", about),
        told(Event.COMPLETED, "delivery:5", about),
    ]
    assert [len(sent) for sent in messages] == [1, 0, 1, 1, 0]


def test_a_start_between_two_failures_makes_the_second_no_news(
    in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, subject="destination:1")
    messages = [
        told(event, f"delivery:{number}", "destination:1")
        for number, event in enumerate(
            [Event.STARTED, Event.FAILED, Event.STARTED, Event.FAILED, Event.STARTED, Event.COMPLETED]
        )
    ]
    assert [len(sent) for sent in messages] == [0, 1, 0, 0, 0, 1]


def test_what_was_not_asked_for_does_not_hide_that_it_is_well_again(
    in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, events=[Event.FAILED])
    story = [Event.FAILED, Event.COMPLETED_WITH_ERRORS, Event.FAILED, Event.HELD, Event.COMPLETED]
    assert [len(told(event, f"delivery:{number}")) for number, event in enumerate(story)] == [1, 0, 0, 0, 1]


@pytest.mark.parametrize("event", [Event.STARTED, Event.COMPLETED])
def test_each_start_and_each_good_end_is_told_to_who_asks_for_it(
    event: Event, in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, events=[event])
    assert [len(told(event, f"delivery:{number}")) for number in (1, 2)] == [1, 1]


@pytest.mark.parametrize("event", sorted(PROBLEMS_THERE_ARE))
def test_each_problem_is_told_when_it_is_new_and_its_end_once(
    event: Event, in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, events=[event])
    skipped = 100 if event == Event.SKIPPED else 0
    story = [Event.STARTED, event, event, Event.COMPLETED, Event.COMPLETED]
    heard = [
        len(told(each, f"delivery:{number}", skipped=skipped * (each == event)))
        for number, each in enumerate(story)
    ]
    assert heard == [0, 1, 0, 1, 0]


def test_one_orchestration_that_works_does_not_say_that_another_does(
    in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, subject="destination:1")
    story = [(Event.FAILED, "1"), (Event.COMPLETED, "2"), (Event.FAILED, "1"), (Event.COMPLETED, "1")]
    heard = [
        len(told(event, f"delivery:{number}", f"orchestration:{pk}", "destination:1"))
        for number, (event, pk) in enumerate(story)
    ]
    assert heard == [1, 0, 0, 1]


def test_each_subject_has_a_state_of_its_own(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme)
    assert len(told(Event.FAILED, "delivery:1", "orchestration:1", "destination:1")) == 1
    assert len(told(Event.FAILED, "delivery:2", "orchestration:2", "destination:1")) == 1


def test_events_that_were_not_asked_for_are_not_told(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme)
    assert told(Event.COMPLETED, "delivery:1") == []
    assert not Notification.objects.exists()


def test_other_subjects_are_not_told(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme, subject="destination:1")
    assert told(Event.FAILED, "delivery:1", "destination:2") == []


def test_too_many_rows_skipped_is_measured_by_each_for_themselves(
    in_acme: Cast, told: Callable[..., list[str]]
) -> None:
    listen(in_acme, "ampiq_user", events=[Event.SKIPPED], percent=5)
    listen(in_acme, "amp360_user", events=[Event.SKIPPED], percent=20)
    told(Event.COMPLETED_WITH_ERRORS, "delivery:1", skipped=12.5)
    assert [message.to for message in mail.outbox] == [["ampiq_user@example.com"]]


def test_one_message_though_two_subscriptions_fit(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme)
    listen(in_acme, subject="destination:1")
    assert len(told(Event.FAILED, "delivery:1", "destination:1")) == 1


@pytest.mark.parametrize("lost", ["membership", "account"])
def test_a_mail_that_goes_later_asks_again_who_may_see_it(lost: str, in_acme: Cast) -> None:
    listen(in_acme)
    happens(Event.FAILED, "delivery:1")
    waiting = Notification.objects.get()
    if lost == "membership":
        Membership.objects.filter(user=waiting.recipient).delete()
    else:
        User.objects.filter(pk=waiting.recipient_id).update(is_active=False)
    mail.outbox.clear()
    send_alert(notification_id=waiting.pk, tenant_id=in_acme.acme.pk)
    assert mail.outbox == []


def test_who_may_no_longer_see_it_is_no_longer_told(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme, "datagrid_operator", subject="destination:2")
    listen(in_acme, "ampiq_user")
    Membership.objects.filter(user=in_acme["datagrid_operator"]).update(policies=[Policy.AMPIQ_USER])
    Membership.objects.filter(user=in_acme["ampiq_user"]).delete()
    assert told(Event.FAILED, "delivery:1", "destination:2") == []


def test_who_heard_of_the_start_sees_the_end_in_the_pane(in_acme: Cast, told: Callable[..., list[str]]) -> None:
    listen(in_acme, events=[Event.STARTED])
    told(Event.STARTED, "delivery:1")
    assert told(Event.COMPLETED, "delivery:1") == []
    assert Notification.objects.get().title == "Newsletter completed"


def test_an_alert_is_added_changed_and_stopped(sign_in: Callable[[str], Client], cast: Cast) -> None:
    client = sign_in("ampiq_user")
    assert "No alerts yet" in client.get(PAGE).content.decode()
    chosen = client.get(f"{PAGE}new/delivery/?subject=destination:1").content.decode()
    assert '<option value="destination:1" selected>HubSpot</option>' in chosen
    choice = {"subject": "destination:1", "events": ["failed"], "skipped_percent": "10"}
    assert "HubSpot" in client.post(f"{PAGE}new/delivery/", choice, follow=True).content.decode()
    with tenant_scope(cast.acme):
        pk = AlertSubscription.objects.get().pk
    client.post(f"{PAGE}{pk}/", {"events": ["failed", "held"], "skipped_percent": "10", "by_email": "on"})
    with tenant_scope(cast.acme):
        changed = AlertSubscription.objects.get()
        assert (changed.events, changed.by_email, changed.subject) == (["failed", "held"], True, "destination:1")
    client.post(f"{PAGE}{pk}/stop/")
    with tenant_scope(cast.acme):
        assert not AlertSubscription.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "destination:2"},
        {"events": []},
        {"events": ["missed"]},
        {"events": ["painted"]},
        {"skipped_percent": "0"},
        {"skipped_percent": "101"},
        {"skipped_percent": ""},
    ],
)
def test_what_a_person_may_not_see_or_a_topic_does_not_know_is_refused(
    wrong: dict[str, object], sign_in: Callable[[str], Client], cast: Cast
) -> None:
    choice = {"subject": "", "events": ["failed"], "skipped_percent": "10", **wrong}
    assert sign_in("ampiq_user").post(f"{PAGE}new/delivery/", choice).status_code == 422
    with tenant_scope(cast.acme):
        assert not AlertSubscription.objects.exists()


@pytest.mark.parametrize("topic", ["credential", "import", "weather"])
def test_topics_that_are_closed_without_alerts_or_unknown_are_not_found(
    topic: str, sign_in: Callable[[str], Client]
) -> None:
    assert sign_in("ampiq_user").get(f"{PAGE}new/{topic}/").status_code == 404


def test_people_choose_among_what_is_open_to_them(sign_in: Callable[[str], Client]) -> None:
    business = sign_in("ampiq_user").get(f"{PAGE}new/delivery/").content.decode()
    operator = sign_in("datagrid_operator").get(f"{PAGE}new/delivery/").content.decode()
    assert ("Closed HubSpot" in business, "Closed HubSpot" in operator) == (False, True)
    assert "new/credential/" not in sign_in("ampiq_user").get(PAGE).content.decode()
    assert "new/credential/" in sign_in("datagrid_operator").get(PAGE).content.decode()


def test_a_topic_that_skips_no_rows_asks_for_no_share_of_them(sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("datagrid_operator").post(f"{PAGE}new/credential/", {"events": ["credential"]})
    assert answer.status_code == 302


def test_an_alert_about_what_is_open_no_longer_can_only_be_stopped(
    sign_in: Callable[[str], Client], cast: Cast
) -> None:
    with tenant_scope(cast.acme):
        pk = listen(cast, subject="destination:999").pk
    client = sign_in("ampiq_user")
    for answer in (client.get(f"{PAGE}{pk}/", follow=True), client.post(f"{PAGE}{pk}/", {}, follow=True)):
        assert answer.redirect_chain == [(PAGE, 302)]
        assert "no longer open to you. You can stop it." in answer.content.decode()


def test_somebody_else_s_alert_is_not_found(sign_in: Callable[[str], Client], cast: Cast) -> None:
    with tenant_scope(cast.acme):
        pk = listen(cast).pk
    client = sign_in("amp360_user")
    assert client.get(f"{PAGE}{pk}/").status_code == 404
    assert client.post(f"{PAGE}{pk}/stop/").status_code == 404
