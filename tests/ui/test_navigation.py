from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ui import navigation
from ui.navigation import NavEntry, NavGroup, NavItem

if TYPE_CHECKING:
    from pytest_django import Settings


def page(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", page, name="home"),
    path("segments/", page, name="segments"),
    path("campaigns/", page, name="campaigns"),
    path("users/", page, name="users"),
]

HOME = NavEntry(label="Home", url_name="home", icon="home", action="home:view")
SEGMENTS = NavEntry(
    label="Segments", url_name="segments", icon="segment", action="segment:view", group="Audiences", order=1
)
CAMPAIGNS = NavEntry(
    label="Campaigns", url_name="campaigns", icon="campaign", action="campaign:view", group="Audiences", order=2
)
USERS = NavEntry(label="Users", url_name="users", icon="users", action="user:view", group="Administration")


@pytest.fixture(autouse=True)
def entries(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(navigation, "_entries", {})
    for entry in (USERS, CAMPAIGNS, SEGMENTS, HOME):
        navigation.register(entry)


def test_entries_come_in_the_order_of_groups_and_of_their_places() -> None:
    built = navigation.build(lambda _: True, "/")
    assert [(group.label, [item.label for item in group.items]) for group in built] == [
        ("", ["Home"]),
        ("Audiences", ["Segments", "Campaigns"]),
        ("Administration", ["Users"]),
    ]


def test_what_a_person_may_not_do_is_not_shown_nor_is_an_empty_group() -> None:
    built = navigation.build(lambda action: action == "segment:view", "/")
    assert built == [NavGroup("Audiences", (NavItem(label="Segments", url="/segments/", icon="segment"),))]


def test_the_current_entry_is_the_closest_above_the_page() -> None:
    built = navigation.build(lambda _: True, "/campaigns/7/edit/")
    assert [item.label for group in built for item in group.items if item.current] == ["Campaigns"]


def test_home_is_not_current_on_a_page_that_no_entry_leads_to() -> None:
    built = navigation.build(lambda _: True, "/notifications/")
    assert not any(item.current for group in built for item in group.items)


def test_registering_twice_shows_an_entry_once() -> None:
    navigation.register(HOME)
    assert sum(len(group.items) for group in navigation.build(lambda _: True, "/")) == 4


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ValueError, match="not a group"):
        navigation.register(NavEntry(label="X", url_name="home", icon="home", action="a", group="Elsewhere"))
