from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.admin_site import site
from accounts.policies import actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TENANT_URLCONF = "config.urls_tenant"


@register()
def check_actions(**_kwargs: Any) -> list[CheckMessage]:
    """Every page inside a tenant names the action it needs."""
    return [_problem(path, view) for path, view in tenant_views() if action_of(view) not in actions()]


@register()
def check_admin_actions(**_kwargs: Any) -> list[CheckMessage]:
    """Every admin page names actions that exist."""
    return [
        _admin_problem(model_admin, attribute)
        for model_admin in site._registry.values()  # noqa: SLF001  Django offers no other way to all of them
        for attribute in ("view_action", "manage_action")
        if getattr(model_admin, attribute, None) not in actions()
    ]


def tenant_views() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each route inside a tenant with its view."""
    yield from _views(get_resolver(TENANT_URLCONF), "")


def action_of(view: Callable[..., Any]) -> str | None:
    """The action that a view names by require_action, RequireActionMixin or the admin it belongs to."""
    named = getattr(view, "required_action", None)
    by_class = getattr(getattr(view, "view_class", None), "action", None)
    by_model = getattr(getattr(view, "model_admin", None), "view_action", None)
    by_site = getattr(getattr(view, "admin_site", None), "required_action", None)
    return named or by_class or by_model or by_site


def _views(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        path = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield path, entry.callback
        else:
            yield from _views(entry, path)


def _admin_problem(model_admin: Any, attribute: str) -> CheckMessage:
    return Error(
        f"{type(model_admin).__name__}.{attribute} is not an action of policies.csv.",
        hint="Register an accounts.model_admin.ActionModelAdmin that names its actions.",
        obj=model_admin,
        id="accounts.E002",
    )


def _problem(path: str, view: Callable[..., Any]) -> CheckMessage:
    return Error(
        f"The page “{path}” does not say which action it needs.",
        hint="Wrap the view with require_action(…), or use RequireActionMixin and set `action`.",
        obj=view,
        id="accounts.E001",
    )
