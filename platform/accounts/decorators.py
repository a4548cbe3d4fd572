"""Each view inside a tenant names the action it needs in one of these two ways; `accounts.checks` insists."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from django.http import HttpResponseBase
from django.views import View

from accounts.policies import action_named

if TYPE_CHECKING:
    from accounts.typing import TenantRequest

AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def require_action(action: str) -> Callable[[AnyView], AnyView]:
    """The view runs only for people whose policies allow the action; others get the page that names the policy."""
    action_named(action)

    def decorate(view: AnyView) -> AnyView:
        @wraps(view)
        def guarded(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.access.require(action)
            return view(request, *args, **kwargs)

        guarded.required_action = action  # type: ignore[attr-defined]  # read by accounts.checks
        return cast("AnyView", guarded)

    return decorate


class RequireActionMixin(View):
    """As require_action, for class-based views: set `action`, and `write_action` if POST needs another one."""

    action: ClassVar[str]
    write_action: ClassVar[str | None] = None
    request: TenantRequest

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.access.require(self.action if request.method in READING else self.write_action or self.action)
        return super().dispatch(request, *args, **kwargs)
