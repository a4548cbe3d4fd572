"""What people are told about a campaign: one notification per run, updated as the run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.access import access_of
from campaigns.audience.withholding import WITHHELD
from campaigns.runs.reports import RunReport, visible_deliveries
from campaigns.states import RunState
from notifications.models import Kind
from notifications.services import notify
from tenants.models import Tenant
from tenants.urls import tenant_reverse

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from campaigns.models import Campaign, CampaignRun

TOPIC = "campaigns"


def started(run: CampaignRun) -> None:
    _tell(run, Kind.RUNNING, f"“{run.campaign}” is being sent", "Preparing campaign recipients")


def sending(run: CampaignRun) -> None:
    _tell(run, Kind.RUNNING, f"“{run.campaign}” is being sent", "Sending to destinations")


def paused(run: CampaignRun) -> None:
    _tell(run, Kind.WARNING, f"“{run.campaign}” is paused", "Nothing more is sent until someone resumes it.")


def ended(run: CampaignRun) -> None:
    report = RunReport(run, _visible_to_all(run))
    redacted = WITHHELD if run.decided_by_pii else None
    match run.state:
        case RunState.DELIVERED if report.has_errors:
            _tell(run, Kind.WARNING, f"“{run.campaign}” was delivered with errors", report.in_words, redacted)
        case RunState.DELIVERED:
            _tell(run, Kind.COMPLETED, f"“{run.campaign}” was delivered", report.in_words, redacted)
        case RunState.STOPPED:
            _tell(run, Kind.WARNING, f"“{run.campaign}” was stopped", report.in_words, redacted)
        case _ if run.problem:
            _tell(run, Kind.ERROR, f"“{run.campaign}” could not be delivered", run.problem)
        case _:
            _tell(run, Kind.ERROR, f"“{run.campaign}” could not be delivered", report.in_words, redacted)


def overtaken(campaign: Campaign, due_at: datetime) -> None:
    """A scheduled time came while the previous send was still under way."""
    words = "It was due at {:%H:%M} while the send before was still under way."
    _warn(campaign, "overtaken", f"“{campaign}” was not sent again", words, due_at)


def missed(campaign: Campaign, due_at: datetime) -> None:
    """A scheduled time passed while Muster was down, and is not made up for."""
    words = "It was due on {:%d %b, %H:%M} while Muster was not running. Its schedule skips missed sends."
    _warn(campaign, "missed", f"“{campaign}” was not sent", words, due_at)


def _warn(campaign: Campaign, about: str, title: str, words: str, due_at: datetime) -> None:
    tenant = Tenant.objects.get(pk=campaign.tenant_id)
    notify(
        topic=TOPIC,
        thread=f"campaign-{about}-{campaign.pk}",
        recipients=[person for person in {campaign.owner, campaign.scheduled_by} if person is not None],
        kind=Kind.WARNING,
        title=title,
        body=words.format(due_at.astimezone(tenant.zone)),
        link=tenant_reverse(tenant, "campaign", campaign.pk),
        link_text="Open the campaign",
    )


def _tell(run: CampaignRun, kind: Kind, title: str, body: str, redacted_body: str | None = None) -> None:
    notify(
        topic=TOPIC,
        thread=f"campaign-run-{run.pk}",
        recipients=_recipients(run),
        kind=kind,
        title=title,
        body=body,
        redacted_body=redacted_body,
        link=tenant_reverse(Tenant.objects.get(pk=run.tenant_id), "campaign", run.campaign_id),
        link_text="Open the campaign",
    )


def _visible_to_all(run: CampaignRun) -> set[int]:
    """The deliveries that all recipients of the notification may see now: they read the same text."""
    tenant = Tenant.objects.get(pk=run.tenant_id)
    seen = [visible_deliveries(run, access_of(person, tenant)) for person in _recipients(run)]
    return set.intersection(*seen) if seen else set()


def _recipients(run: CampaignRun) -> list[User]:
    people = {run.campaign.owner, run.started_by}
    return [person for person in people if person is not None]
