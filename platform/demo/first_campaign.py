"""The demo's destination, its first campaign, and the send."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import Campaign
from campaigns.services.editing import create_campaign
from demo.audiences import HIGH_VALUE, LAPSED, NO_CONSENT
from demo.processes import TOKEN
from destinations.hubspot.settings import HubSpotSettings
from destinations.models import Credential, DataTemplate, Destination
from destinations.plugins import CredentialKind
from destinations.services.account_fields import refresh_account_fields
from destinations.services.credentials import CredentialDraft, connect_account
from destinations.services.data_templates import DataTemplateDraft, save_data_template
from destinations.services.destinations import DestinationDraft, add_destination
from segments.models import Segment

if TYPE_CHECKING:
    from accounts.models import User

NAME, TREATMENT, TEMPLATE = "Autumn win-back", "Treatment", "Contact lists"
LIST_NAME = "{{ campaign_name }} - {{ group_name }}"
CONTROL_PERCENT = Decimal(10)


def make_destination(actor: User) -> DataTemplate:
    """HubSpot, as far as the demo is concerned: open to business users, one list for each treatment group."""
    template: DataTemplate | None = DataTemplate.objects.filter(name=TEMPLATE).first()
    if template is not None:
        return template
    draft = DataTemplateDraft(
        destination=_destination(actor), name=TEMPLATE, available_to_campaigns=True, list_name=LIST_NAME
    )
    return save_data_template(draft=draft, actor=actor)


def make_campaign(template: DataTemplate, actor: User) -> Campaign:
    existing: Campaign | None = Campaign.objects.filter(name=NAME).first()
    return existing or create_campaign(draft=_draft(template), actor=actor)


def groups(*templates: DataTemplate) -> tuple[GroupDraft, ...]:
    """Nine of ten customers are treated, the tenth is a control."""
    treatment = GroupDraft(TREATMENT, 100 - CONTROL_PERCENT, data_templates=templates)
    return treatment, GroupDraft("Control", CONTROL_PERCENT, is_control=True)


def _destination(actor: User) -> Destination:
    existing: Destination | None = Destination.objects.filter(name="HubSpot").first()
    if existing is not None:
        return existing
    draft = DestinationDraft(
        name="HubSpot", credential=_credential(actor), settings=HubSpotSettings(), allow_business_users=True
    )
    return add_destination(draft=draft, actor=actor)


def _credential(actor: User) -> Credential:
    credential: Credential | None = Credential.objects.filter(name="HubSpot").first()
    if credential is None:
        draft = CredentialDraft(name="HubSpot", kind=CredentialKind.PRIVATE_APP_TOKEN, token=TOKEN)
        credential = connect_account(draft=draft, actor=actor)
    refresh_account_fields(credential)
    return credential


def _draft(template: DataTemplate) -> CampaignDraft:
    segments = {segment.name: segment for segment in Segment.objects.active()}
    return CampaignDraft(
        name=NAME,
        include=(segments[LAPSED], segments[HIGH_VALUE]),
        exclude=(segments[NO_CONSENT],),
        sub_audiences=(SubAudienceDraft(groups=groups(template)),),
    )
