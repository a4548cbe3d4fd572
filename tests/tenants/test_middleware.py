from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import get_script_prefix
from django.utils import timezone

from tenants.middleware import TenantMiddleware
from tenants.scope import active_tenant_id

if TYPE_CHECKING:
    from django.test import Client

    from tenants.models import Tenant
    from tenants.requests import ScopedRequest

pytestmark = pytest.mark.django_db


def seen_by_the_view(address: str) -> dict[str, object]:
    seen: dict[str, object] = {}

    def view(request: HttpRequest) -> HttpResponse:
        scoped = cast("ScopedRequest", request)
        seen.update(
            tenant=scoped.tenant,
            slug=scoped.tenant_slug,
            scope=active_tenant_id(),
            path_info=request.path_info,
            prefix=get_script_prefix(),
            zone=timezone.get_current_timezone_name(),
        )
        return HttpResponse()

    TenantMiddleware(view)(RequestFactory().get(address))
    return seen


def test_the_tenant_is_the_script_prefix_the_scope_and_the_time_zone(acme: Tenant) -> None:
    acme.time_zone = "Asia/Tokyo"
    acme.save()
    assert seen_by_the_view("/t/acme-books/segments/?page=2") == {
        "tenant": acme,
        "slug": "acme-books",
        "scope": acme.pk,
        "path_info": "/segments/",
        "prefix": "/t/acme-books/",
        "zone": "Asia/Tokyo",
    }
    assert get_script_prefix() == "/"
    assert active_tenant_id() is None
    assert timezone.get_current_timezone_name() == "UTC"


def test_an_unknown_tenant_is_named_but_has_no_scope(acme: Tenant) -> None:
    seen = seen_by_the_view("/t/nobody/segments/")
    assert (seen["tenant"], seen["slug"], seen["scope"]) == (None, "nobody", None)


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/t/", "/static/t/acme-books/x"])
def test_other_addresses_are_outside_every_tenant(acme: Tenant, address: str) -> None:
    seen = seen_by_the_view(address)
    assert (seen["tenant"], seen["slug"], seen["scope"], seen["prefix"]) == (None, None, None, "/")


def test_a_tenant_s_address_without_its_last_slash_leads_on(client: Client) -> None:
    answer = client.get("/t/acme")
    assert (answer.status_code, answer["Location"]) == (302, "/t/acme/")
