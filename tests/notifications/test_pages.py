from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notifications.models import Kind, Notification
from notifications.services import Progress, notify
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

PAGE = "/t/acme/notifications/"
HTMX: Any = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def told(cast: Cast) -> list[int]:
    """Three notifications for the AmpIQ user, and one that is somebody else's; the ids of the three."""
    mine, other = [cast["ampiq_user"]], [cast["amp360_user"]]
    with tenant_scope(cast.acme):
        notify(
            topic="delivery",
            thread="delivery:1",
            recipients=mine,
            kind=Kind.RUNNING,
            title="Newsletter is being sent",
            progress=Progress(1200, 5000),
        )
        notify(
            topic="delivery",
            thread="delivery:2",
            recipients=mine,
            kind=Kind.ERROR,
            title="Win-back failed",
            body="HubSpot refused the token. Reauthorise the credential.",
            link="/t/acme/users/",
            link_text="Open the report",
        )
        notify(topic="delivery", thread="delivery:3", recipients=mine, kind=Kind.COMPLETED, title="VIP was sent")
        notify(topic="delivery", thread="delivery:4", recipients=other, kind=Kind.ERROR, title="Not for AmpIQ")
        return list(Notification.objects.of(mine[0]).order_by("thread").values_list("pk", flat=True))


def test_the_page_shows_what_one_is_told_and_nothing_else(
    told: list[int], sign_in: Callable[[str], Client]
) -> None:
    page = sign_in("ampiq_user").get(PAGE).content.decode()
    assert "Newsletter is being sent" in page
    assert "1,200 of 5,000" in page
    assert "Reauthorise the credential" in page
    assert "Open the report" in page
    assert "Not for AmpIQ" not in page


def test_the_pane_looks_often_while_something_runs_and_seldom_otherwise(
    told: list[int], sign_in: Callable[[str], Client], cast: Cast
) -> None:
    client = sign_in("ampiq_user")
    pane = client.get(PAGE, **HTMX).content.decode()
    assert pane.lstrip().startswith('<div id="pane"')
    assert 'hx-trigger="every 4s"' in pane
    with tenant_scope(cast.acme):
        Notification.objects.filter(kind=Kind.RUNNING).update(kind=Kind.COMPLETED)
    assert 'hx-trigger="every 20s" hx-swap="outerHTML">' in client.get(PAGE, **HTMX).content.decode()


def test_the_number_on_the_bell_updates_by_itself(told: list[int], sign_in: Callable[[str], Client]) -> None:
    client = sign_in("ampiq_user")
    assert ">3<" in client.get(f"{PAGE}count/").content.decode()
    client.post(f"{PAGE}{told[1]}/read/")
    assert ">2<" in client.get(f"{PAGE}count/").content.decode()


@pytest.mark.parametrize(
    ("show", "titles"),
    [
        ("running", ["Newsletter"]),
        ("problems", ["Win-back"]),
        ("unread", ["Newsletter", "Win-back", "VIP"]),
        ("nonsense", ["Newsletter", "Win-back", "VIP"]),
    ],
)
def test_the_filter(told: list[int], sign_in: Callable[[str], Client], show: str, titles: list[str]) -> None:
    page = sign_in("ampiq_user").get(PAGE, {"show": show}).content.decode()
    assert [title for title in ("Newsletter", "Win-back", "VIP") if title in page] == titles


def test_following_a_notification_reads_it(told: list[int], sign_in: Callable[[str], Client], cast: Cast) -> None:
    answer = sign_in("ampiq_user").get(f"{PAGE}{told[1]}/")
    assert answer["Location"] == "/t/acme/users/"
    with tenant_scope(cast.acme):
        assert not Notification.objects.get(pk=told[1]).is_unread


def test_somebody_else_s_notification_is_not_found(told: list[int], sign_in: Callable[[str], Client]) -> None:
    assert sign_in("amp360_user").get(f"{PAGE}{told[1]}/").status_code == 404


def test_all_at_once_are_read_in_the_pane_and_without_javascript(
    told: list[int], sign_in: Callable[[str], Client]
) -> None:
    client = sign_in("ampiq_user")
    assert client.post(f"{PAGE}read/")["Location"] == PAGE
    pane = client.post(f"{PAGE}read/", **HTMX).content.decode()
    assert 'id="pane"' in pane
    assert ">1<" in pane


def test_a_look_at_the_bell_costs_one_query_of_its_own(
    told: list[int], sign_in: Callable[[str], Client], django_assert_num_queries: Any
) -> None:
    client = sign_in("ampiq_user")
    with django_assert_num_queries(len(["tenant", "session", "user", "membership", "count"])):
        client.get(f"{PAGE}count/")
