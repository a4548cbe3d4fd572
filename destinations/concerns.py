"""What needs an operator's attention in credentials, destinations and data templates, before a send fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from destinations.fitting import misfits
from destinations.models import Credential, Destination
from destinations.plugins import CATALOGUE
from destinations.schedules import dispatch
from destinations.schedules.words import told
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from accounts.access import Access
    from destinations.plugins import ApiVersion

# The end of an API version is announced half a year ahead.
NOTICE = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Concern:
    """One sentence, and the page where it can be fixed."""

    text: str
    subject: Model | None = None


def concerns(access: Access) -> list[Concern]:
    """Only about what this person may see."""
    return [
        *_credentials(),
        *_permissions(),
        *_destinations(access),
        *_mappings(access),
        *_versions(),
        *_missed_runs(access),
    ]


def _credentials() -> Iterator[Concern]:
    used = Credential.objects.filter(destinations__isnull=False).distinct()
    for credential in used.exclude(status=Credential.Status.CONNECTED):
        state = credential.get_status_display().lower()
        yield Concern(f"The credential “{credential}” is in use and not connected: {state}.", credential)


def _permissions() -> Iterator[Concern]:
    """Reports permissions the account withdrew since the destination was saved, before a send is refused."""
    used = Credential.objects.filter(destinations__isnull=False, status=Credential.Status.CONNECTED)
    for credential in used.distinct().prefetch_related("destinations__templates"):
        landings = _landings(credential)
        lacking = [need for need in credential.missing_scopes() if need.landing in landings]
        if lacking:
            named = "; ".join(f"{need.scope} ({need.purpose})" for need in lacking)
            yield Concern(f"The credential “{credential}” lacks permissions: {named}.", credential)


def _landings(credential: Credential) -> set[str]:
    """The ways of landing that need their own permissions, as named by `ScopeNeed`; every send has “”."""
    found = {""}
    for destination in credential.destinations.all():
        for template in destination.templates.all():
            found |= {"list"} if template.lands_as_list else set()
            found |= {"status_property"} if template.lands_as_property else set()
    return found


def _destinations(access: Access) -> Iterator[Concern]:
    seen = Destination.objects.visible_to(access)
    for destination in seen.filter(status=Destination.Status.NOT_TESTED):
        yield Concern(f"The destination “{destination}” was saved without a test of its connection.", destination)
    for destination in seen.filter(templates__isnull=True):
        yield Concern(f"The destination “{destination}” has no data template and can't be used.", destination)


def _mappings(access: Access) -> Iterator[Concern]:
    for misfit in misfits(access):
        yield Concern(misfit.text, misfit.subject)


def ends_soon(version: ApiVersion) -> bool:
    return version.ends - clock.now().date() < NOTICE


def _versions() -> Iterator[Concern]:
    for plugin in CATALOGUE.values():
        version = plugin.accounts.api_version
        if ends_soon(version):
            ends = f"{plugin.name} ends version {version.name} of its API on {told(version.ends)}"
            yield Concern(f"{ends}. Update in time.")


def _missed_runs(access: Access) -> Iterator[Concern]:
    """Computed from what was due, so it is also reported when the job that starts runs is itself down."""
    for row in dispatch.overdue(access):
        due = timezone.localtime(row.next_run_at)
        text = f"“{row}” was due on {due:%d %B at %H:%M} and has not started: the scheduler or its worker is down."
        yield Concern(text, row)
