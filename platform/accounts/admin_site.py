"""The operators' admin: inside one tenant, at `/t/<slug>/admin/`, with rights by actions.

Apps register there: `@admin.register(Model, site=site)` on an `accounts.model_admin.ActionModelAdmin`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import reverse
from unfold.dataclasses import Favicon
from unfold.sites import UnfoldAdminSite

from accounts.access import tenants_where
from accounts.decorators import require_action
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest
    from django.urls import URLPattern, URLResolver

    from accounts.model_admin import ActionModelAdmin
    from accounts.typing import TenantRequest
    from tenants.models import Tenant

# Sign-in and passwords are allauth's; the search caches its results without regard to tenants.
NOT_OURS = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site", "search"})


class Section(StrEnum):
    """The parts of the side bar, in their order."""

    DATA = "Data"
    DESTINATIONS = "Destinations"
    SENDING = "Sending"
    PEOPLE = "Users and policies"


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """A part of the start page: a template with its context, and the page that shows everything."""

    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    is_wide: bool = False
    more: tuple[str, str] | None = None  # label and address


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A side bar entry for a page outside the admin."""

    label: str
    url_name: str
    icon: str
    action: str
    section: Section
    order: int = 50


PanelMaker = Callable[["TenantRequest"], Panel | None]


class TenantAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    required_action = "admin:view"
    site_title = "Muster"
    index_title = "Overview"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._panels: list[tuple[int, PanelMaker]] = []
        self._links: list[Link] = []

    def add_panel(self, maker: PanelMaker, *, order: int = 0) -> None:
        """`maker` is called for each view of the start page; it may return None for people it is not meant for."""
        self._panels.append((order, maker))

    def add_link(self, link: Link) -> None:
        self._links.append(link)

    def has_permission(self, request: Any) -> bool:
        return bool(request.access.can(self.required_action))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:  # noqa: FBT001, FBT002  Django's signature
        guarded: Callable[..., Any] = require_action(self.required_action)(super().admin_view(view, cacheable))
        return guarded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [entry for entry in super().get_urls() if getattr(entry, "name", None) not in NOT_OURS]

    def each_context(self, request: Any) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "site_header": request.tenant.name,
            "site_subheader": "Administration",
            "site_url": reverse("home"),
            "site_favicons": [Favicon(href=static("ui/favicon.svg"), rel="icon", type="image/svg+xml")],
            "site_dropdown": [
                _as_dropdown_item(tenant, request.tenant)
                for tenant in tenants_where(request.user, self.required_action)
            ],
        }

    def index(self, request: Any, extra_context: dict[str, Any] | None = None) -> Any:
        made = (maker(request) for _order, maker in sorted(self._panels, key=lambda entry: entry[0]))
        panels = [panel for panel in made if panel is not None]
        return super().index(request, {"panels": panels, **(extra_context or {})})

    def get_sidebar_list(self, request: Any) -> list[dict[str, Any]]:
        start = reverse(f"{self.name}:index")
        overview = {**_entry(request, self.index_title, "monitor_heart", start), "active": request.path == start}
        groups = ((section, self._entries(request, section)) for section in Section)
        sections = [
            {"title": section.value, "separator": True, "items": items} for section, items in groups if items
        ]
        return [{"items": [overview]}, *sections]

    def get_tabs_list(self, request: Any) -> list[dict[str, Any]]:
        """Pages that share an entry of the side bar are tabs of one another."""
        shared: dict[tuple[Section, str], list[ActionModelAdmin]] = {}
        for model_admin in self._seen(request):
            if model_admin.tab:
                shared.setdefault((model_admin.section, model_admin.label), []).append(model_admin)
        return [_tabs(request, members) for members in shared.values()]

    def _seen(self, request: Any) -> list[ActionModelAdmin]:
        """The pages of models that this person may view, in order."""
        seen = [each for each in self._registry.values() if each.has_view_permission(request)]
        return sorted(seen, key=lambda each: each.order)

    def _entries(self, request: Any, section: Section) -> list[dict[str, Any]]:
        found = [*self._entries_of_models(request, section), *self._entries_of_links(request, section)]
        return [entry for _order, entry in sorted(found, key=lambda each: each[0])]

    def _entries_of_models(self, request: Any, section: Section) -> Iterator[tuple[int, dict[str, Any]]]:
        pages: dict[str, list[ActionModelAdmin]] = {}
        for model_admin in self._seen(request):
            if model_admin.section is section:
                label = model_admin.label or str(model_admin.opts.verbose_name_plural).capitalize()
                pages.setdefault(label, []).append(model_admin)
        for label, members in pages.items():
            addresses = [_list_of(member) for member in members]
            yield members[0].order, _entry(request, label, members[0].icon, *addresses)

    def _entries_of_links(self, request: Any, section: Section) -> Iterator[tuple[int, dict[str, Any]]]:
        for link in self._links:
            if link.section is section and request.access.can(link.action):
                yield link.order, _entry(request, link.label, link.icon, reverse(link.url_name))


def _entry(request: HttpRequest, title: str, icon: str, *addresses: str) -> dict[str, Any]:
    """Leads to the first of the addresses, and stands for all of them."""
    active = request.path.startswith(addresses)
    return {"title": title, "icon": icon, "link": addresses[0], "active": active, "has_permission": True}


def _tabs(request: HttpRequest, members: list[ActionModelAdmin]) -> dict[str, Any]:
    """In the form of unfold's own setting for tabs."""
    items = [_entry(request, member.tab, member.icon, _list_of(member)) for member in members]
    return {"models": [str(member.opts) for member in members], "items": items}


def _list_of(model_admin: ActionModelAdmin) -> str:
    opts = model_admin.opts
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")


def _as_dropdown_item(tenant: Tenant, current: Tenant) -> dict[str, Any]:
    icon = "check" if tenant == current else "domain"
    return {"title": tenant.name, "link": tenant_reverse(tenant, "admin:index"), "icon": icon}


site = TenantAdminSite()
