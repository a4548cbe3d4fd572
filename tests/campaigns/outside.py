"""What the kill test asks of an installation that is not its own: steps of its clerk, see `tests.clerk`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounts.grants import Grant
from accounts.models import User
from accounts.policies import Policy
from accounts.services import add_member, create_person, create_tenant
from campaigns.drafts import GroupDraft, SubAudienceDraft
from campaigns.models import Campaign, CampaignRun, RunDelivery, RunGroup
from campaigns.runs.recipients_file import recipients_file
from campaigns.services.sending import start_send
from destinations.models import DataTemplate, Destination
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.campaigns.office import Office
from tests.sandbox import Account


def send(*, account: dict[str, Any], customers: int, groups: dict[str, int]) -> dict[str, Any]:
    """A campaign of these treatments and a control, each treatment to two destinations, and the yes to send it."""
    tenant = create_tenant(slug="acme", name="Acme", time_zone="UTC", currency="EUR")
    with tenant_scope(tenant):
        person = create_person(email="marketer@example.com", name="Marketer", password="muster-test-2026")
        add_member(user=person, grant=Grant.of([Policy.AMPIQ_USER]), actor=None)
        office = Office.open(person, range(1, customers + 1), Account(**account))
        templates = (office.template, _second_destination(office.template))
        drafts = [GroupDraft(name, Decimal(percent), data_templates=templates) for name, percent in groups.items()]
        control = GroupDraft("Control", Decimal(100 - sum(groups.values())), is_control=True)
        campaign = office.campaign(sub_audiences=(SubAudienceDraft(groups=(*drafts, control)),))
    start()
    return {"key": campaign.assignment_key}


def start() -> None:
    """One run of the campaign, as a person starts it."""
    with tenant_scope(Tenant.objects.get(slug="acme")):
        start_send(campaign=Campaign.objects.get(), actor=User.objects.get(email="marketer@example.com"))


def report() -> dict[str, Any]:
    """How the latest run stands, its recipients by group, and each delivery's status and counts."""
    with tenant_scope(Tenant.objects.get(slug="acme")):
        run = CampaignRun.objects.latest("number")
        rows = recipients_file(run, restricted=False) or ()
        return {
            "state": run.state,
            "campaign": Campaign.objects.get().status,
            "groups": {group.name: group.customers for group in RunGroup.objects.filter(run=run)},
            "recipients": sorted((row[0], row[7]) for row in rows),
            "deliveries": [
                {"group": sent.run_group.name, "status": sent.delivery.status, "counts": sent.delivery.counts}
                for sent in RunDelivery.objects.filter(run_group__run=run).select_related("run_group", "delivery")
            ],
        }


def _second_destination(first: DataTemplate) -> DataTemplate:
    """Other lists in the same account."""
    other = Destination.objects.create(
        name="HubSpot too", credential=first.destination.credential, allow_business_users=True
    )
    return DataTemplate.objects.create(
        destination=other,
        name="Other lists",
        available_to_campaigns=True,
        list_name=f"Other {first.list_name}",
        mapping=first.mapping,
    )
