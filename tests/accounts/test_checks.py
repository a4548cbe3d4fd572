from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts import checks
from accounts.admin_site import site
from accounts.decorators import RequireActionMixin, require_action
from tests.library.admin import ShelfAdmin
from tests.library.models import Book

if TYPE_CHECKING:
    import pytest


def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


class OpenPage(RequireActionMixin):
    """It forgot to say which."""


class GuardedPage(RequireActionMixin):
    action = "segment:view"


def test_every_page_of_muster_names_its_action() -> None:
    assert checks.check_actions() == []
    assert checks.check_admin_actions() == []


def test_a_page_without_an_action_is_an_error_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    urlconf = ModuleType("tests.accounts.open_urls")
    urlconf.urlpatterns = [  # type: ignore[attr-defined]
        path("open/", open_page),
        path("below/", include([path("open-class/", OpenPage.as_view())])),
        path("guarded/", require_action("segment:view")(open_page)),
        path("guarded-class/", GuardedPage.as_view()),
    ]
    monkeypatch.setattr(checks, "TENANT_URLCONF", urlconf)
    problems = checks.check_actions()
    assert [problem.id for problem in problems] == ["accounts.E001", "accounts.E001"]
    assert "open/" in problems[0].msg
    assert "below/open-class/" in problems[1].msg


def test_an_admin_page_with_an_unknown_action_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class BookAdmin(ShelfAdmin):
        manage_action = "book:burn"

    monkeypatch.setitem(site._registry, Book, BookAdmin(Book, site))
    (problem,) = checks.check_admin_actions()
    assert (problem.id, problem.msg) == (
        "accounts.E002",
        "BookAdmin.manage_action is not an action of policies.csv.",
    )
