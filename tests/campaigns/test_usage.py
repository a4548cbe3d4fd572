"""What campaigns use can't be taken away beneath them, and what is gone all the same is said before a send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from accounts.access import access_of
from campaigns.audience.planning import draft_of
from campaigns.drafts import SubAudienceDraft
from campaigns.editor.content import Content, Part
from campaigns.models import Campaign, CampaignEdit, CampaignRun, GroupDestination, SubAudience
from campaigns.readiness import obstacles
from campaigns.services import preparing
from campaigns.services.editing import delete_campaign, edit_campaign
from campaigns.services.sending import start_send
from campaigns.states import RunState, Status
from campaigns.usage import campaigns_on
from customer360.errors import QueryInUseError
from customer360.models import Query, Table
from customer360.queries.services import QueryDraft, activate_query, create_query, deactivate_query, delete_query
from customer360.usage import uses_of, uses_of_query
from destinations.errors import InUseError
from destinations.services.data_templates import delete_data_template
from destinations.usage import destinations_sending
from segments.errors import SegmentInUseError
from segments.models import Segment
from segments.operators import Operator
from segments.rules import (
    AggregateCondition,
    Group,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    Rules,
    Section,
)
from segments.services import delete_segment, withdraw_segment
from tenants.models import Tenant
from tests.campaigns.editing import Page
from tests.campaigns.office import by_score

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import Settings

    from segments.rules import Condition
    from tests.campaigns.office import Office
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

SOME_KEYS = "SELECT id FROM Merged_Customers WHERE score > 5"


def criteria(*conditions: Condition) -> dict[str, Any]:
    return Rules(include=Group(sections=(Section(conditions=conditions),))).model_dump(mode="json")


def in_the_way(office: Office, campaign: Campaign) -> list[str]:
    whole = Campaign.objects.whole().get(pk=campaign.pk)
    return list(obstacles(whole, access_of(office.person, Tenant.objects.get(pk=campaign.tenant_id))))


@pytest.mark.urls("config.urls_tenant")
def test_a_segment_that_only_criteria_name_is_in_use_and_so_is_a_data_template(office: Office) -> None:
    inner = office.segment("Inner", Operator.AT_LEAST, "5")
    rules = criteria(MembershipCondition(segment=inner.pk))
    part = SubAudienceDraft(name="High", rules=rules, groups=office.groups())
    campaign = office.campaign(sub_audiences=(part,))
    for taken_away in (delete_segment, withdraw_segment):
        with pytest.raises(SegmentInUseError, match="used in one place"):
            taken_away(segment=inner, actor=office.person)
    with pytest.raises(InUseError, match="Used in campaigns"):
        delete_data_template(template=office.template, actor=office.person)
    assert in_the_way(office, campaign) == []
    Segment.objects.filter(pk=inner.pk).update(status=Segment.Status.DRAFT)
    (said,) = in_the_way(office, campaign)
    assert said.startswith("The criteria of “High” ask about the segment “Inner”, which is a draft. Activate it")
    Segment.objects.filter(pk=inner.pk).delete()
    assert in_the_way(office, campaign) == [
        "The criteria of “High” ask about a segment that was deleted. Edit the criteria."
    ]
    SubAudience.objects.update(rules=criteria(*by_score(Operator.AT_LEAST, "many").conditions))
    (said,) = in_the_way(office, campaign)
    assert said.startswith("Edit the criteria of “High”. ")


@pytest.mark.urls("config.urls_tenant")
def test_a_table_whose_columns_are_sent_is_in_use(office: Office) -> None:
    campaign = office.campaign(sub_audiences=(SubAudienceDraft(groups=office.groups()),))
    merged = Table.objects.get(name="Merged_Customers")
    used = {use.kind: use.name for use in uses_of(merged)}
    assert (used["Campaign"], used["Data template"]) == (campaign.name, office.template.name)
    orders = Table(name="Orders", tenant_id=campaign.tenant_id)
    assert not [*campaigns_on(orders, None), *destinations_sending(orders, None)]
    sent = GroupDestination.objects.filter(group__sub_audience__campaign=campaign)
    sent.update(attributes=[{"destination_attribute": "x", "source_attribute": "y", "source_table": "Orders"}])
    destination = office.template.destination
    destination.default_attributes.create(source_table="Orders", source_attribute="y", destination_attribute="z")
    assert [use.name for use in campaigns_on(orders, None)] == [campaign.name]
    assert [use.name for use in destinations_sending(orders, None)] == [destination.name]


@pytest.mark.urls("config.urls_tenant")
def test_a_table_that_criteria_ask_about_is_in_use_in_the_editor_and_the_archive_too(
    office: Office, cast: Cast
) -> None:
    visits, callers = (Table(name=name, tenant_id=cast.acme.pk) for name in ("Visits", "Callers"))
    visited = AggregateCondition(table="Visits", measure=Measure.COUNT, operator=Operator.AT_LEAST, values=("1",))
    part = SubAudienceDraft(name="Visitors", rules=criteria(visited), groups=office.groups())
    archived, edited = office.campaign(sub_audiences=(part,)), office.campaign("Edited")
    Campaign.objects.filter(pk=archived.pk).update(status=Status.ARCHIVED)
    assert [use.name for use in uses_of(visits, access_of(cast["ampiq_user"], cast.acme))] == [archived.name]
    assert uses_of(visits, access_of(cast["amp360_user"], cast.acme)) == uses_of(callers) == []
    called = Part(id=-1, name="Called", groups=(), rules=criteria(ListCondition(table="Callers")))
    CampaignEdit.objects.create(campaign=edited, content=Content(name="Edited", parts=(called,)))
    assert [use.name for use in uses_of(callers)] == [edited.name]


@pytest.mark.urls("config.urls_tenant")
def test_a_query_that_only_criteria_ask_about_is_in_use_in_the_editor_too(office: Office, cast: Cast) -> None:
    made = (create_query(draft=QueryDraft(name, SOME_KEYS), actor=office.person) for name in ("Lapsed", "Loyal"))
    lapsed, loyal = (activate_query(query=query, actor=office.person) for query in made)
    rules, edited_rules = (criteria(QueryCondition(query=query.pk)) for query in (lapsed, loyal))
    part = SubAudienceDraft(name="Lapsed ones", rules=rules, groups=office.groups())
    saved, edited = office.campaign(sub_audiences=(part,)), office.campaign("Edited")
    being_put_in = Part(id=-1, name="Loyal ones", groups=(), rules=edited_rules)
    CampaignEdit.objects.create(campaign=edited, content=Content(name="Edited", parts=(being_put_in,)))
    for query, campaign in ((lapsed, saved), (loyal, edited)):
        for taken_away in (delete_query, deactivate_query):
            with pytest.raises(QueryInUseError, match=f"is used by campaign “{campaign}”"):
                taken_away(query=query, actor=office.person)
    assert uses_of_query(lapsed, access_of(cast["amp360_user"], cast.acme)) == []
    Query.objects.filter(pk=lapsed.pk).update(status=Query.Status.DRAFT)
    (said,) = in_the_way(office, saved)
    assert said == "Edit the criteria of “Lapsed ones”. This condition uses a query that is not active."


def test_a_segment_that_somebody_is_putting_in_is_in_use(
    office: Office, sign_in: Callable[[str], Client], settings: Settings
) -> None:
    wanted = office.segment("Wanted", Operator.AT_LEAST, "5")
    campaign = office.campaign()
    Page(sign_in("ampiq_user"), campaign).change("include", value=wanted.pk)
    settings.ROOT_URLCONF = "config.urls_tenant"
    with pytest.raises(SegmentInUseError):
        delete_segment(segment=wanted, actor=office.person)
    delete_campaign(campaign=campaign, actor=office.person)
    delete_segment(segment=wanted, actor=office.person)


def test_a_segment_that_a_past_send_used_can_be_archived_but_not_deleted(office: Office) -> None:
    old = office.segment("Old", Operator.AT_LEAST, "5")
    campaign = office.campaign(include=(old,))
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    CampaignRun.objects.update(state=RunState.DELIVERED)
    Campaign.objects.update(status=Status.DELIVERED)
    now_without = replace(draft_of(Campaign.objects.whole().get()), include=(office.everybody(),))
    edit_campaign(campaign=campaign, draft=now_without, revision=0, actor=office.person)
    with pytest.raises(SegmentInUseError, match="Archive it instead"):
        delete_segment(segment=old, actor=office.person)
    withdraw_segment(segment=old, actor=office.person)
