from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from accounts.admin_site import Panel, site
from destinations.concerns import concerns
from destinations.plugins import CATALOGUE

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.typing import TenantRequest


def attention(request: TenantRequest) -> Panel | None:
    """What is wrong with credentials, destinations and data templates, for whoever may see credentials."""
    if not request.access.can("credential:view"):
        return None
    lines = [(concern.text, _address(concern.subject)) for concern in concerns()]
    context = {"lines": lines, "plugins": CATALOGUE.values()}
    return Panel(title="Destinations", template="destinations/admin/attention_panel.html", context=context)


def _address(subject: Model | None) -> str:
    if subject is None or not site.is_registered(type(subject)):
        return ""
    return reverse(f"admin:{subject._meta.app_label}_{subject._meta.model_name}_change", args=[subject.pk])
