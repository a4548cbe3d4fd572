from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.utils import timezone

from accounts.access import access_of
from tenants.scope import user_scope
from tenants.urls import global_reverse

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class AccessMiddleware:
    """Inside a tenant, people sign in first; those who are not members get the same 404 as for no tenant.

    Sets `request.access` and enters the person's scope, in which the database shows their memberships. Times are
    shown and entered in the tenant's time zone. A tenant's pages are not cached anywhere, not even on the person's
    own disk.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request) if request.tenant_slug is None else self._to_sign_in(request)
        with user_scope(request.user.pk):
            if request.tenant_slug is None:
                return self.get_response(request)
            self._admit(request)
            with timezone.override(request.tenant.zone):
                response = self.get_response(request)
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

    @staticmethod
    def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
        return redirect_to_login(request.get_full_path(), global_reverse("account_login"))

    @staticmethod
    def _admit(request: Any) -> None:
        if request.tenant is None:
            raise Http404
        access = access_of(request.user, request.tenant)
        if not access.is_member:
            raise Http404
        request.access = access
