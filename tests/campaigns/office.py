"""Where Acme's marketers work: customers, segments, HubSpot in the sandbox, and campaigns run to their end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import Campaign, CampaignRun
from campaigns.services import preparing, recording
from campaigns.services.editing import create_campaign
from campaigns.services.sending import start_send
from customer360 import services, storage
from customer360.engine import DataType
from customer360.models import Table
from customer360.services import ColumnDraft
from destinations.encryption import Secret
from destinations.models import Credential, DataTemplate, Destination
from segments.models import Segment
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from segments.services import activate_segment, create_segment
from tests.destinations.delivery.desk import run_due_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from tests.sandbox import Account

COLUMNS = (
    ColumnDraft("id", DataType.STRING, "pk", is_pii=False),
    ColumnDraft("email", DataType.STRING, "email"),
    ColumnDraft("email__email", DataType.STRING, companion_of="email"),
    ColumnDraft("email__email_reason", DataType.STRING, is_pii=False, companion_of="email"),
    ColumnDraft("score", DataType.INTEGER, is_pii=False),
)
LIST_NAME = "{{ campaign_name }} - {{ group_name }}"


def email_of(number: int) -> str:
    return f"p{number}@example.com"


@dataclass
class Office:
    """Customers are c1, c2, …: their e-mail is p1@example.com, …, and their score is their number."""

    person: User
    template: DataTemplate

    @classmethod
    def open(cls, person: User, customers: Sequence[int], account: Account | None = None) -> Office:
        bring_in(customers)
        return cls(person, hubspot_template(account))

    def segment(self, name: str, operator: Operator, *values: str) -> Segment:
        """An active segment by score."""
        segment = create_segment(name=name, rules=by_score(operator, *values), actor=self.person)
        activate_segment(segment=segment, actor=self.person)
        return Segment.objects.get(pk=segment.pk)

    def everybody(self) -> Segment:
        return Segment.objects.filter(name="Everybody").first() or self.segment(
            "Everybody", Operator.AT_LEAST, "0"
        )

    def draft(self, name: str = "Autumn", *, control: int = 10, **values: Any) -> CampaignDraft:
        """Everybody in one treatment, but for a control group."""
        return CampaignDraft(
            **{
                "name": name,
                "include": (self.everybody(),),
                "exclude": (),
                "sub_audiences": (SubAudienceDraft(groups=self.groups(control)),),
                **values,
            }
        )

    def groups(self, control: int = 10, treatment: str = "Offer") -> tuple[GroupDraft, ...]:
        treated = GroupDraft(treatment, Decimal(100 - control), data_templates=(self.template,))
        if not control:
            return (treated,)
        return treated, GroupDraft("Control", Decimal(control), is_control=True)

    def campaign(self, name: str = "Autumn", **values: Any) -> Campaign:
        return create_campaign(draft=self.draft(name, **values), actor=self.person)

    def send(self, campaign: Campaign) -> CampaignRun:
        """One run, from the person's yes to its end, in this process."""
        run = start_send(campaign=campaign, actor=self.person)
        preparing.prepare(run.pk)
        run_due_work()
        recording.record(run.pk)
        return CampaignRun.objects.whole().get(pk=run.pk)


def by_score(operator: Operator, *values: str) -> Rules:
    condition = AttributeCondition(attribute="score", operator=operator, values=values)
    return Rules(include=Group(sections=(Section(conditions=(condition,)),)))


def bring_in(customers: Sequence[int]) -> None:
    """The tables of a tenant with these customers."""
    for name in ("Merged_Customers", "Customer360"):
        role = Table.Role.CUSTOMER_PROFILES
        fill(services.create_table(name=name, columns=COLUMNS, role=role, key_column="id"), customers)


def fill(table: Table, customers: Sequence[int], *, email: str = "") -> None:
    """One more file with these customers; `email` is an address that they share."""
    addresses = [email or email_of(number) for number in customers]
    rows = {
        "id": [f"c{number}" for number in customers],
        "email": addresses,
        "email__email": addresses,
        "email__email_reason": pa.array([None] * len(customers), pa.string()),
        "score": pa.array(customers, pa.int64()),
    }
    path = storage.new_file(table)
    pq.write_table(pa.table(rows), path)
    services.append_file(table=table, path=path, row_count=len(customers))


def is_control(campaign: Campaign, customer: str, percent: int = 10) -> bool:
    """The rule of assignment in plain Python."""
    digest = hashlib.md5(f"{campaign.assignment_key}:{customer}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:15], 16) * 1_000_000 >> 60 < percent * 10_000


def hubspot_template(account: Account | None) -> DataTemplate:
    """HubSpot, open to business users; in the account, if there is one."""
    credential = Credential.objects.create(
        name="HubSpot",
        kind="private_app_token",
        secret=Secret.seal({"token": account.token if account else "none"}),
        status=Credential.Status.CONNECTED,
        portal_id=account.portal if account else 1,
        app_id=account.token[-12:] if account else "1",
    )
    destination = Destination.objects.create(name="HubSpot", credential=credential, allow_business_users=True)
    return DataTemplate.objects.create(
        destination=destination,
        name="Contact lists",
        available_to_campaigns=True,
        list_name=LIST_NAME,
        mapping=[{"source": "email", "target": "email"}],
    )
