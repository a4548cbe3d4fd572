"""The operators' section of notifications: who is alerted of what, for others as well, and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.http import HttpResponse

from audit.models import AuditEvent
from notifications import topics
from notifications.events import Event, News
from notifications.models import AlertSubscription, Kind, SentAlert
from notifications.services import notify, subscribe
from notifications.topics import Topic
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpResponseBase
    from django.test import Client

    from tests.cast import Cast

ADMIN = "/t/acme/admin/notifications"
SUBSCRIPTIONS, SENT = f"{ADMIN}/alertsubscription/", f"{ADMIN}/sentalert/"


@pytest.fixture(autouse=True)
def in_acme(cast: Cast) -> Iterator[None]:
    with tenant_scope(cast.acme):
        yield


@pytest.fixture
def operator(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("datagrid_operator")


def entered(cast: Cast, **changes: Any) -> dict[str, Any]:
    usual = {"member": cast["ampiq_user"].pk, "about": "delivery|destination:1", "events": ["failed", "held"]}
    return {**usual, "skipped_percent": "10", "by_email": "on", **changes}


def shown(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    return answer.content.decode()


def listening(cast: Cast, key: str, topic: str) -> AlertSubscription:
    return subscribe(user=cast[key], topic=topic, subject="", events=[Event.FAILED], by_email=False)


def fails(topic: str = "delivery", place: str = "") -> None:
    news = News(event=Event.FAILED, about=("destination:1",))
    notify(
        topic=topic, thread="1", recipients=[], kind=Kind.ERROR, title="Newsletter failed", place=place, news=news
    )


def test_an_operator_chooses_an_alert_for_somebody_else_and_stops_it(operator: Client, cast: Cast) -> None:
    assert operator.post(f"{SUBSCRIPTIONS}add/", entered(cast)).status_code == 302
    chosen = AlertSubscription.objects.get()
    assert (chosen.user, chosen.subject, chosen.events) == (
        cast["ampiq_user"],
        "destination:1",
        ["failed", "held"],
    )
    assert "HubSpot" in shown(operator.get(SUBSCRIPTIONS))

    fails()
    sent = SentAlert.objects.get()
    assert (sent.recipient, sent.event, sent.by_email) == (cast["ampiq_user"], "failed", True)
    assert "Newsletter failed" in shown(operator.get(SENT))

    assert operator.post(f"{SUBSCRIPTIONS}{chosen.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not AlertSubscription.objects.exists()
    told = (
        AuditEvent.objects.filter(action__startswith="alert:").order_by("pk").values_list("action", "actor_name")
    )
    assert list(told) == [(f"alert:{verb}", str(cast["datagrid_operator"])) for verb in ("chosen", "stopped")]


def test_what_can_not_be_an_alert_is_refused_in_words(operator: Client, cast: Cast) -> None:
    listening(cast, "ampiq_user", "delivery")
    for changes, words in (
        ({"about": "delivery|destination:2"}, "may not see this, and so can&#x27;t be alerted to it"),
        ({"about": "credential|"}, "may not see this"),
        ({"about": "import|"}, "Select a valid choice"),
        ({"about": "<script>|"}, "Select a valid choice"),
        ({"about": "delivery|"}, "is already alerted to this"),
        ({"member": cast["globex_administrator"].pk}, "Select a valid choice"),
        ({"member": "9" * 40}, "Select a valid choice"),
        ({"events": ["missed"]}, "Deliveries know no “Missed”"),
        ({"events": []}, "This field is required"),
        ({"skipped_percent": "0"}, "greater than or equal to 1"),
    ):
        assert words in shown(operator.post(f"{SUBSCRIPTIONS}add/", entered(cast, **changes))), changes
    assert AlertSubscription.objects.count() == 1


def test_of_two_operators_the_second_sees_what_the_first_chose(operator: Client, cast: Cast) -> None:
    page = f"{SUBSCRIPTIONS}{listening(cast, 'ampiq_user', 'delivery').pk}/change/"
    seen = shown(operator.get(page)).split('name="seen" value="')[1].split('"')[0].replace("&quot;", '"')
    operator.post(page, {**entered(cast), "seen": seen})

    late = shown(operator.post(page, {**entered(cast), "events": ["failed"], "seen": seen}))

    assert "When is now “Failed, Held”." in late
    assert AlertSubscription.objects.get().events == ["failed", "held"]


def test_whoever_looks_reads_only_of_what_they_may_see(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    topics.register(Topic(key="secret", label="Secrets", action="pii:view", events=(Event.FAILED,)))
    row = listening(cast, "datagrid_administrator", "secret")
    fails("secret")
    restricted, unrestricted = sign_in("restricted_pii"), sign_in("datagrid_operator")

    assert "Newsletter failed" in shown(unrestricted.get(SENT))
    assert "All secrets" in shown(unrestricted.get(SUBSCRIPTIONS))
    assert "Newsletter failed" not in shown(restricted.get(SENT))
    assert "All secrets" not in shown(restricted.get(SUBSCRIPTIONS))
    assert "All secrets" not in shown(restricted.get(f"{SUBSCRIPTIONS}add/"))
    assert restricted.post(f"{SUBSCRIPTIONS}{row.pk}/delete/", {"post": "yes"}).status_code in {302, 404}
    assert AlertSubscription.objects.count() == 1


def test_read_only_operators_look_and_choose_nothing(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    row = listening(cast, "ampiq_user", "delivery")
    reader = sign_in("datagrid_operator_read_only")

    assert "All deliveries" in shown(reader.get(f"{SUBSCRIPTIONS}{row.pk}/change/"))
    assert reader.post(f"{SUBSCRIPTIONS}{row.pk}/change/", entered(cast)).status_code == 403
    assert reader.post(f"{SUBSCRIPTIONS}add/", entered(cast)).status_code == 403
    assert sign_in("ampiq_user").get(SUBSCRIPTIONS).status_code == 403
