from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from campaigns.audience.planning import draft_of
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import Campaign, CampaignRun
from campaigns.runs import recipients
from campaigns.runs.snapshots import plan_of
from campaigns.services.editing import create_campaign
from campaigns.services.sending import end
from campaigns.states import RunState, Status
from customer360 import storage
from customer360.services import append_file
from destinations.schedules.recurrence import Kind, Schedule
from runtime import clock
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from tests.access.making import CANARY, made_for
from tests.access.objects.deliveries import delivery
from tests.access.objects.destinations import data_template

if TYPE_CHECKING:
    from campaigns.models import TreatmentGroup
    from tests.cast import Cast

NAMED = AttributeCondition(attribute="name", operator=Operator.IS, values=(f"{CANARY} Ana",))
BY_NAME = Rules(include=Group(sections=(Section(conditions=(NAMED,)),)))
NAMESAKES = SubAudienceDraft(
    (GroupDraft("Birthday card", Decimal(100)),), name="Namesakes", rules=BY_NAME.model_dump(mode="json")
)
GROUPS = (GroupDraft("Newsletter", Decimal(90)), GroupDraft("Control", Decimal(10), is_control=True))
DRAFT = CampaignDraft("Autumn win-back", (), (), (NAMESAKES, SubAudienceDraft(GROUPS)))


@made_for("campaigns/<int:campaign_id>/")
def campaign(cast: Cast) -> Campaign:
    return Campaign.objects.filter(name=DRAFT.name).first() or _sent(cast)


def _sent(cast: Cast) -> Campaign:
    """Delivered: personal data decides who is in it, a customer's key is personal, and its report names people."""
    made = create_campaign(draft=DRAFT, actor=cast["ampiq_user"])
    treatment = made.groups.get(name="Birthday card")
    run = CampaignRun.objects.create(
        campaign=made,
        number=1,
        state=RunState.DELIVERED,
        ended_at=clock.now(),
        plan=plan_of(draft_of(made)),
        audience_count=1,
        control_count=0,
    )
    part = treatment.sub_audience.name
    group = run.groups.create(
        group=treatment, name=treatment.name, sub_audience_name=part, percent=100, is_control=False, customers=1
    )
    group.run_deliveries.create(
        delivery=delivery(cast), destination_name="HubSpot", data_template=data_template(cast)
    )
    _record(run, treatment)
    end(run)
    return made


def _record(run: CampaignRun, treatment: TreatmentGroup) -> None:
    table = recipients.table(key_is_pii=True)
    row: dict[str, list[object]] = {name: [None] for name in recipients.COLUMNS}
    row |= {recipients.KEY: [f"{CANARY}-ana"], "treatment_name": [treatment.name]}
    row |= {"campaign_id": [run.campaign_id], "run": [run.number], "treatment_id": [treatment.pk]}
    path = storage.new_file(table)
    pq.write_table(pa.table(row), path)
    append_file(table=table, path=path, row_count=1)


@made_for("admin/campaigns/campaign/")
def scheduled_campaign(cast: Cast) -> Campaign:
    """Paused, so that nothing sends it."""
    daily = Schedule(kind=Kind.DAILY, zone="UTC", starts_on=date(2030, 5, 6))
    made: Campaign = Campaign.objects.get_or_create(
        name="Every day", defaults={"status": Status.PAUSED, "schedule": daily}
    )[0]
    return made


@made_for("campaigns/<int:campaign_id>/runs/<int:number>/")
def campaign_run(cast: Cast) -> CampaignRun:
    return CampaignRun.objects.get(campaign=campaign(cast))
