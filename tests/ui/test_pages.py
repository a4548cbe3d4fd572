from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import include, path
from django.views import defaults
from django.views.decorators.http import require_POST

from ui import views
from ui.navigation import NavGroup, NavItem

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.test import Client
    from pytest_django import Settings


def broken(_: HttpRequest) -> HttpResponse:
    message = "not foreseen"
    raise RuntimeError(message)


handler500 = "ui.views.server_error"
urlpatterns = [
    path("_components/", include("ui.urls")),
    path("broken/", broken),
    path("only-by-a-form/", require_POST(lambda _: HttpResponse())),
]


@pytest.fixture
def request_() -> HttpRequest:
    request = RequestFactory().get("/nowhere/")
    request.META["MUSTER_REQUEST_ID"] = "3f9c1e72a4b0"
    return request


def test_the_page_of_all_components_renders(request_: HttpRequest) -> None:
    content = views.components(request_).content.decode()
    assert content.count("<h2") > 15
    assert "Sixty sub-audiences" in content


def test_an_unforeseen_error_shows_its_reference_and_nothing_else(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    response = client.get("/broken/")
    assert response.status_code == 500
    assert response["X-Request-Id"] in response.content.decode()
    assert "not foreseen" not in response.content.decode()


def test_an_error_page_stands_without_any_context() -> None:
    assert "Something went wrong" in render_to_string("500.html", {})


def test_a_missing_page_says_so_in_plain_words(request_: HttpRequest) -> None:
    response = defaults.page_not_found(request_, Exception())
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_refusal_names_the_policies_that_would_allow_it(request_: HttpRequest) -> None:
    action = {"name": "segment:edit", "description": "Change segments"}
    context = {"action": action, "policies": ["AmpIQ User", "DataGrid Operator"]}
    page = render_to_string("403.html", context, request=request_)
    assert "AmpIQ User" in page
    assert "<code>segment:edit</code>" in page


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html"])
def test_error_pages_stand_without_a_tenant(template: str, request_: HttpRequest) -> None:
    assert "Go to the home page" in render_to_string(template, {}, request=request_)


def test_the_shell_marks_where_one_is_and_counts_what_is_unread(request_: HttpRequest) -> None:
    items = (
        NavItem(label="Segments", url="/segments/", icon="segment", current=True),
        NavItem(label="Campaigns", url="/campaigns/", icon="campaign"),
    )
    context = {"navigation": [NavGroup("Audiences", items)], "notifications_url": "/pane/", "unread_count": 2}
    page = render_to_string("ui/app.html", context, request=request_)
    assert '<a class="side-link" href="/segments/" aria-current="page">' in page
    assert page.count("aria-current") == 1
    assert '2<span class="visually-hidden"> unread</span>' in page


def test_a_chosen_theme_is_there_before_the_first_paint(request_: HttpRequest) -> None:
    request_.COOKIES["theme"] = "dark"
    page = render_to_string("ui/plain.html", {}, request=request_)
    assert 'data-theme="dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page


def test_signing_out_is_a_post(request_: HttpRequest) -> None:
    sign_out = NavItem(label="Sign out", url="/accounts/logout/", icon="sign-out", post=True)
    page = render_to_string("ui/app.html", {"account_menu": [sign_out]}, request=request_)
    assert '<form method="post" action="/accounts/logout/">' in page
    assert "csrfmiddlewaretoken" in page


def test_an_address_that_only_takes_what_a_form_sends_says_so(client: Client, settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    page = client.get("/only-by-a-form/", headers={"accept": "text/html"})
    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "It only accepts what a button or form sends" in page.content.decode()
    assert client.get("/only-by-a-form/", headers={"accept": "application/json"}).content == b""
