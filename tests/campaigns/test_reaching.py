"""Who is reached and who never is: shared addresses, several sub-audiences, lists that are given back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

import pytest

from accounts.access import access_of
from campaigns.audience.planning import draft_of
from campaigns.drafts import SubAudienceDraft
from campaigns.errors import CampaignIncompleteError
from campaigns.models import Campaign, GroupDestination, RunDelivery
from campaigns.readiness import obstacles
from campaigns.services import preparing
from campaigns.services.editing import edit_campaign
from campaigns.services.sending import start_send
from campaigns.states import RunState, Status
from customer360.models import Table
from destinations.delivery.models import Delivery, Target
from destinations.delivery.reports import Rows
from tenants.models import Tenant
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import LIST_NAME, email_of, fill, is_control
from tests.campaigns.test_sending import recipients, treated

if TYPE_CHECKING:
    from tests.campaigns.office import Office
    from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db


# --- Whoever shares an address with a control --------------------------------------------------------------------


def test_an_address_that_a_control_has_as_well_is_not_sent(busy_office: Office, sandbox: Sandbox) -> None:
    campaign = busy_office.campaign()
    control = min({*CUSTOMERS} - treated(campaign))
    sharer = next(number for number in count(101) if not is_control(campaign, f"c{number}"))
    for table in Table.objects.filter(name__in=["Merged_Customers", "Customer360"]):
        fill(table, [sharer], email=email_of(control))
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    run = busy_office.send(campaign)
    expected = {email_of(number) for number in treated(campaign)}
    assert set(sandbox.members("Autumn - Offer")) == expected
    delivery = Delivery.objects.get()
    assert delivery.tally.invalid == 1
    (row,) = [each for each in Rows(delivery, restricted=False).find(f"c{sharer}") if each.what]
    assert "A customer in a control group has the same e-mail address" in row.what
    assert run.state == RunState.DELIVERED


# --- Many sub-audiences, each person once ------------------------------------------------------------------------


def test_customers_of_several_sub_audiences_count_once(busy_office: Office) -> None:
    parts = tuple(
        SubAudienceDraft(groups=busy_office.groups(10, name), name=name, segment=busy_office.everybody())
        for name in ("One", "Two")
    )
    run = busy_office.send(busy_office.campaign(sub_audiences=parts, first_match_only=False))
    kept_back = len(CUSTOMERS) - len(treated(run.campaign))
    assert (run.audience_count, run.control_count) == (len(CUSTOMERS), kept_back)
    assert len(recipients(run)) == 2 * len(CUSTOMERS)


# --- What is taken away and given again --------------------------------------------------------------------------


@pytest.mark.long
def test_a_destination_that_is_taken_away_and_given_again_keeps_its_list(
    busy_office: Office, sandbox: Sandbox
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    parts = (
        SubAudienceDraft(groups=(replace(busy_office.groups()[0], data_templates=()), busy_office.groups()[1])),
    )
    edit_campaign(
        campaign=campaign, draft=busy_office.draft(sub_audiences=parts), revision=0, actor=None, is_sure=True
    )
    edit_campaign(campaign=campaign, draft=busy_office.draft(), revision=1, actor=None, is_sure=True)
    assert busy_office.send(Campaign.objects.get()).state == RunState.DELIVERED
    edit_campaign(campaign=campaign, draft=busy_office.draft(), revision=2, actor=None, is_sure=True)
    run = busy_office.send(Campaign.objects.get())
    assert run.state == RunState.DELIVERED
    tally = RunDelivery.objects.get(run_group__run=run).delivery.tally
    assert (tally.added, tally.unchanged) == (0, len(treated(campaign)))  # its ledger went with it


def test_a_treatment_that_takes_the_name_of_a_removed_one_keeps_the_list_that_it_has(office: Office) -> None:
    groups = (*office.groups(0, "Offer"), *office.groups(0, "Other"))
    halves = tuple(replace(group, percent=Decimal(50)) for group in groups)
    campaign = office.campaign(sub_audiences=(SubAudienceDraft(groups=halves),))
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    Campaign.objects.update(status=Status.DELIVERED)
    (part,) = draft_of(Campaign.objects.whole().get()).sub_audiences
    renamed = replace(part.groups[1], name="Offer", percent=Decimal(100))
    only = office.draft(sub_audiences=(replace(part, groups=(renamed,)),))
    edit_campaign(campaign=campaign, draft=only, revision=0, actor=None)
    kept = GroupDestination.objects.get()
    target = Target.objects.get(owner_id=kept.pk)
    assert (kept.group_id, target.owner_label) == (part.groups[1].id, "Autumn · Other")
    assert target.claims.exists()
    assert not Target.objects.exclude(pk=target.pk).get().claims.exists()


def test_a_list_that_two_treatments_would_share_is_refused_before_the_send(office: Office) -> None:
    office.template.list_name = "One list"
    office.template.save()
    groups = (*office.groups(0, "Offer"), *office.groups(0, "Other"))
    halves = tuple(replace(group, percent=Decimal(50)) for group in groups)
    campaign = office.campaign(sub_audiences=(SubAudienceDraft(groups=halves),))
    with pytest.raises(CampaignIncompleteError, match="“Offer” and “Other” would be sent to the same list"):
        start_send(campaign=campaign, actor=office.person)
    office.template.list_name = LIST_NAME
    office.template.save()
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    office.template.list_name = "One list"
    office.template.save()
    access = access_of(office.person, Tenant.objects.get(pk=campaign.tenant_id))
    assert list(obstacles(Campaign.objects.whole().get(), access)) == []  # each keeps the list that it has
