"""What the delivery engine is told about a treatment group and one of its destinations."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db.models import Q

from campaigns.audience.framing import segments_in_words
from campaigns.models import Campaign, CampaignRun, GroupDestination, RunDelivery
from campaigns.runs import recipients, selection
from campaigns.runs.attempts import first_of
from campaigns.states import Status
from destinations import sending
from destinations.delivery.models import Delivery, Target
from destinations.delivery.refusals import NotNowError
from destinations.delivery.services import call_off, claim_target, start_delivery
from destinations.delivery.specs import OwnerRef
from destinations.mappings import ColumnMapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from accounts.models import User
    from destinations.delivery.specs import AudienceSpec, MappingSpec, TargetSpec

OWNER, TEST_OWNER = "campaign", "campaign_test"


def start(run: CampaignRun, destination: GroupDestination) -> Delivery:
    """Raises TargetTaken or NameTemplateError when the list or property can't be this group's."""
    template, target = destination.data_template, _target(run, destination)
    return start_delivery(
        target=target,
        audience=_audience(run, destination),
        mapping=mapping_of(destination),
        connector=sending.connector_settings(template.destination),
        guards=sending.guards(template.destination),
        started_by=run.started_by,
    )


def is_current(delivery: Delivery) -> bool:
    """Whether no later run has decided who is in which group: an old delivery must not send to a later control.

    False also when the treatment was removed or the campaign archived.
    """
    first = first_of(delivery)
    campaign = _campaign_of(first)
    if campaign is None or campaign.status == Status.ARCHIVED:
        return False
    later = CampaignRun.objects.recorded().filter(campaign=campaign)
    sent = RunDelivery.objects.filter(delivery=first).select_related("run_group__run").first()
    if sent is None:  # replaced by another when the run was resumed
        return not later.filter(started_at__gt=first.created_at).exists()
    return not later.filter(number__gt=sent.run_group.run.number).exists()


def is_current_test(delivery: Delivery) -> bool:
    """Whether the campaign is unchanged since the test was sent: a test must not send to a later control."""
    first = first_of(delivery)
    campaign = _campaign_of(first)
    return campaign is not None and campaign.updated_at <= first.created_at


def _campaign_of(delivery: Delivery) -> Campaign | None:
    return Campaign.objects.filter(groups__destinations=delivery.target.owner_id).first()


def end_older(run: CampaignRun) -> None:
    """Stops what earlier runs and tests still have under way, such as a retry, at every destination."""
    earlier = RunDelivery.objects.filter(run_group__run__campaign=run.campaign_id).exclude(run_group__run=run)
    here = Q(target__in=earlier.values("delivery__target")) | Q(target__in=_test_targets(run.campaign_id))
    under_way = Delivery.objects.filter(here, status__in=(*Delivery.ACTIVE, Delivery.Status.WAITING))
    _call_off(under_way, run.started_by)


def _test_targets(campaign_id: int) -> QuerySet[Target]:
    sent = GroupDestination.objects.filter(group__campaign=campaign_id)
    return Target.objects.filter(owner_kind=TEST_OWNER, owner_id__in=sent.values("pk"))


def _call_off(under_way: Iterable[Delivery], actor: User | None) -> None:
    for delivery in under_way:
        with suppress(NotNowError):
            call_off(delivery=delivery, actor=actor)


def would_tell_of_pii(campaign: Campaign) -> bool:
    """Whether personal data decided who may still be at its destinations: a send's changes would tell of them."""
    mine = GroupDestination.objects.filter(group__campaign=campaign).values("pk")
    sent = Delivery.objects.filter(target__owner_kind=OWNER, target__owner_id__in=mine)
    return sent.left_in_place().decided_by_pii().exists()


def target_spec(destination: GroupDestination) -> TargetSpec:
    group = destination.group
    variables = {
        "campaign_name": group.campaign.name,
        "group_name": group.name,
        "sub_audience_name": group.sub_audience.name,
    }
    return sending.target_spec(destination.data_template, variables)


def _target(run: CampaignRun, destination: GroupDestination) -> Target:
    return claim_target(
        owner=OwnerRef(kind=OWNER, id=destination.pk, label=f"{run.campaign} · {destination.group}"),
        connector=sending.connector_settings(destination.data_template.destination),
        spec=target_spec(destination),
    )


def _audience(run: CampaignRun, destination: GroupDestination) -> AudienceSpec:
    """The group's customers with the columns to send, from the versions that the run has pinned."""
    recipients_version = run.recipients_version_id
    assert recipients_version is not None  # noqa: S101  a run records its recipients before it starts deliveries
    chosen = selection.of_group(destination, recipients.keys(run, destination.group), recipients.controls(run))
    versions = {name: run.table_versions[name] for name in chosen.tables}
    return chosen.spec(
        versions=versions | {recipients.TABLE: recipients_version},
        label=f"{run.campaign} · {destination.group}",
        decided_by_pii=run.decided_by_pii,
        basis=tuple(segments_in_words(run)),
    )


def mapping_of(destination: GroupDestination) -> MappingSpec:
    """Identity by the data template, and the group's attributes; rows without a required one are held back."""
    attributes = destination.sent_attributes
    columns = [
        ColumnMapping(source=attribute.column, target=attribute.destination_attribute) for attribute in attributes
    ]
    required = {attribute.destination_attribute for attribute in attributes if attribute.required}
    spec = sending.mapping_spec(destination.data_template, columns, pii=selection.pii_among(attributes))
    fields = (field.model_copy(update={"required": field.field in required}) for field in spec.fields)
    return spec.model_copy(update={"fields": tuple(fields)})
