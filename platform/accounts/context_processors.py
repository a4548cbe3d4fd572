from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from accounts.querysets import tenants_of
from tenants.urls import global_reverse
from ui import navigation
from ui.navigation import NavItem

if TYPE_CHECKING:
    from accounts.access import Access


def shell(request: Any) -> dict[str, Any]:
    """What `ui/app.html` shows around a page: where the person is, may go, and may switch to."""
    access: Access | None = getattr(request, "access", None)
    if access is None:
        return {}
    return {
        "access": access,
        "tenant": request.tenant,
        "tenants": SimpleLazyObject(lambda: list(tenants_of(request.user).exclude(pk=request.tenant.pk))),
        "navigation": SimpleLazyObject(lambda: navigation.build(access.can, request.path)),
        "account_menu": SimpleLazyObject(_account_menu),
    }


def _account_menu() -> list[NavItem]:
    return [
        NavItem(label="Change password", url=global_reverse("account_change_password"), icon="lock"),
        NavItem(label="Sign out", url=global_reverse("account_logout"), icon="sign-out", post=True),
    ]
