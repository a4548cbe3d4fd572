"""Campaign tests: a few customers of each treatment go to separate lists, and nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from sqlglot import exp

from accounts.access import access_of
from audit import services as audit
from campaigns import readiness
from campaigns.audience import planning
from campaigns.audience.framing import current_frame
from campaigns.audience.withholding import is_decided_by_pii
from campaigns.errors import CampaignStateError
from campaigns.models import Campaign, GroupDestination
from campaigns.runs import deliveries, selection
from campaigns.states import Command, refusal
from customer360 import catalog
from destinations import sending
from destinations.delivery.models import Delivery
from destinations.delivery.services import claim_target, start_delivery
from destinations.delivery.specs import Guards, OwnerRef, Scope
from tenants.models import Tenant

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.audience.expressions import Audience
    from destinations.delivery.specs import AudienceSpec, TargetSpec

SUFFIX = " (test)"
NO_QUESTIONS = Guards(empty_audience=False, max_change_percent=None, max_removals=None)


@transaction.atomic
def send_test(*, campaign: Campaign, rows: int, actor: User) -> list[Delivery]:
    """Sends the first `rows` customers of each treatment to “… (test)” at each destination.

    Nobody is recorded as a recipient, no control is sent to, and the campaign's own lists stay as they are.
    Raises as a send does, and `refusals.SENDING`.
    """
    whole = Campaign.objects.whole().get(pk=campaign.pk)
    if not whole.may(Command.SEND):
        raise CampaignStateError(refusal(whole, Command.SEND))
    readiness.require_ready(whole, access_of(actor, Tenant.objects.get(pk=whole.tenant_id)))
    audience = planning.audience_of_campaign(whole, current_frame())
    groups = [group for part in whole.sub_audiences.all() for group in part.groups.all() if not group.is_control]
    started = [
        _start(whole, destination, audience, rows, actor)
        for group in groups
        for destination in group.destinations.all()
    ]
    audit.record(action="campaign:tested", subject=whole, actor=actor, changes={"rows": rows})
    return started


def earlier_tests(campaign: Campaign) -> list[Delivery]:
    """The tests of the campaign, latest first."""
    mine = list(GroupDestination.objects.filter(group__campaign=campaign).values_list("pk", flat=True))
    sent = Delivery.objects.filter(target__owner_kind=deliveries.TEST_OWNER, target__owner_id__in=mine)
    return list(sent.select_related("target", "started_by"))


def _start(
    campaign: Campaign, destination: GroupDestination, audience: Audience, rows: int, actor: User
) -> Delivery:
    template = destination.data_template
    connector = sending.connector_settings(template.destination)
    label = f"{campaign} · {destination.group}{SUFFIX}"
    target = claim_target(
        owner=OwnerRef(kind=deliveries.TEST_OWNER, id=destination.pk, label=label),
        connector=connector,
        spec=_test_spec(destination),
    )
    return start_delivery(
        target=target,
        audience=_audience(campaign, destination, audience, label),
        mapping=deliveries.mapping_of(destination),
        connector=connector,
        guards=NO_QUESTIONS,
        started_by=actor,
        scope=Scope.SAMPLE,
        sample_size=rows,
    )


def _audience(campaign: Campaign, destination: GroupDestination, audience: Audience, label: str) -> AudienceSpec:
    """The treatment's customers in the present data, without a table of recipients."""
    mine, controls = audience.keys_in({destination.group_id}), audience.keys_in(audience.control_groups)
    chosen = selection.of_group(destination, mine, controls)
    read = {table.name for table in chosen.query.find_all(exp.Table)}
    versions = {name: version for name, version in catalog.current_versions().items() if name in read}
    decided_by_pii = is_decided_by_pii(planning.draft_of(campaign))
    return chosen.spec(versions=versions, label=label, decided_by_pii=decided_by_pii)


def _test_spec(destination: GroupDestination) -> TargetSpec:
    """The group's destination under another name, so that the campaign's own lists stay as they are."""
    spec = deliveries.target_spec(destination)
    in_list, status = spec.list, spec.status
    if in_list is not None:
        in_list = in_list.model_copy(update={"name": f"{in_list.name}{SUFFIX}"})
    if status is not None:
        test = {"field": f"{status.field}_test", "label": f"{status.label}{SUFFIX}"}
        status = status.model_copy(update=test)
    return spec.model_copy(update={"list": in_list, "status": status})
