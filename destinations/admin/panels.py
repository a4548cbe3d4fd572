"""The overview of the operators' admin: what needs attention, and the state of credentials, sends and quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.admin_site import Panel, site
from destinations import health
from destinations.concerns import concerns
from destinations.plugins import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from django.db.models import Model

    from accounts.typing import TenantRequest

TEMPLATES = "destinations/admin/panels"


def attention(request: TenantRequest) -> Panel | None:
    """What is wrong with credentials, destinations and data templates, and what waits for a person."""
    if not request.access.can("health:view"):
        return None
    lines = [(concern.text, _address(concern.subject)) for concern in concerns(request.access)]
    context = {
        "lines": lines,
        "held": health.held_deliveries(request.access),
        "stuck": health.stuck_deliveries(request.access),
        "plugins": CATALOGUE.values(),
    }
    return Panel(title="Needs attention", template=f"{TEMPLATES}/attention.html", context=context, is_wide=True)


def _address(subject: Model | None) -> str:
    if subject is None or not site.is_registered(type(subject)):
        return ""
    return reverse(f"admin:{subject._meta.app_label}_{subject._meta.model_name}_change", args=[subject.pk])


def credentials(request: TenantRequest) -> Panel | None:
    if not request.access.can("credential:view"):
        return None
    more = ("All credentials", reverse("admin:destinations_credential_changelist"))
    context = {"credentials": health.credentials()}
    return Panel(title="Credentials", template=f"{TEMPLATES}/credentials.html", context=context, more=more)


def quota(request: TenantRequest) -> Panel | None:
    return _of_health(request, "Calls today", "quota", lambda: {"accounts": health.usage_today(request.access)})


def deliveries(request: TenantRequest) -> Panel | None:
    def found() -> Mapping[str, Any]:
        return {"deliveries": health.latest_deliveries(request.access)}

    return _of_health(request, "Last deliveries", "deliveries", found, ("All deliveries", reverse("deliveries")))


def _of_health(
    request: TenantRequest,
    title: str,
    name: str,
    found: Callable[[], Mapping[str, Any]],
    more: tuple[str, str] | None = None,
) -> Panel | None:
    if not request.access.can("health:view"):
        return None
    return Panel(title=title, template=f"{TEMPLATES}/{name}.html", context=found(), more=more)
