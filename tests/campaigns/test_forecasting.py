"""What people are told before a send, and a test of a few customers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from campaigns.attributes import ATTRIBUTES, IDENTITY, Attribute
from campaigns.drafts import GroupDraft, SubAudienceDraft
from campaigns.models import Campaign, CampaignRun, GroupDestination
from campaigns.runs import forecasting
from campaigns.services.testing import earlier_tests, send_test
from customer360.models import Table
from destinations.delivery.models import Delivery
from destinations.models import DataTemplate
from segments.operators import Operator
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of, fill
from tests.campaigns.test_attributes import orders
from tests.campaigns.test_sending import treated
from tests.destinations.delivery.desk import run_due_work

if TYPE_CHECKING:
    from tests.campaigns.office import Office
    from tests.sandbox import Sandbox


@pytest.mark.django_db(transaction=True)
def test_the_summary_says_who_shrinks_and_where_rows_multiply(office: Office) -> None:
    orders(*((f"o{number}", f"c{number}", "2026-01-01", "Rome") for number in range(1, 81)))
    second = DataTemplate.objects.create(
        destination=office.template.destination,
        name="Other lists",
        available_to_campaigns=True,
        list_name="Other {{ campaign_name }}",
        mapping=office.template.mapping,
    )
    groups = (GroupDraft("Offer", Decimal(100), data_templates=(office.template, second)),)
    campaign = office.campaign(sub_audiences=(SubAudienceDraft(groups=groups),))
    shop = Attribute(destination_attribute="shop", source_attribute="shop", source_table="Orders", required=True)
    GroupDestination.objects.filter(data_template=second).update(
        attributes=ATTRIBUTES.dump_python((IDENTITY, shop))
    )
    assert forecasting.known(campaign) is None
    found = forecasting.work_out(campaign.pk)
    assert found == forecasting.known(campaign)
    assert (found.problem, found.customers, found.controls) == ("", 100, 0)
    assert (found.asked_for, found.expansion, found.shrink, found.to_send) == (200, 100, 20, 180)
    assert found.held_back == {"required:shop": 20}
    assert [(row.destination, row.foreseen and row.foreseen.added) for row in found.rows] == [
        ("HubSpot · Contact lists", 100),
        ("HubSpot · Other lists", 80),
    ]
    assert found.calls > 0

    fill(Table.objects.get(name="Customer360"), range(101, 103))
    assert forecasting.known(campaign) is None


@pytest.mark.django_db(transaction=True)
def test_a_summary_that_cannot_be_worked_out_says_why(office: Office) -> None:
    campaign = office.campaign()
    DataTemplate.objects.update(list_name="")
    assert "leaves the name open" in forecasting.work_out(campaign.pk).problem


def test_before_the_next_send_the_summary_tells_what_would_change(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, {*range(1, 111)} - {50}))
    campaign = busy_office.campaign(control=0)
    busy_office.send(campaign)
    for table in Table.objects.filter(name__in=["Merged_Customers", "Customer360"]):
        fill(table, range(101, 111))
        fill(table, range(111, 113), email=email_of(101))
    low = busy_office.segment("Low", Operator.LESS, "21")
    campaign.campaign_segments.create(segment=low, direction="exclude")
    found = forecasting.work_out(campaign.pk)
    assert (found.asked_for, found.shrink, found.not_found, found.to_send) == (92, 2, 1, 89)
    (foreseen,) = (row.foreseen for row in found.rows)
    assert foreseen is not None
    assert (foreseen.added, foreseen.unchanged, foreseen.not_found, foreseen.held_back) == (
        10,
        79,
        1,
        {"same_address": 2},
    )
    assert (foreseen.rows, foreseen.removed) == (92, 20)


def test_a_campaign_test_sends_a_few_customers_to_a_list_of_its_own(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign(control=50)
    (sent,) = send_test(campaign=campaign, rows=10, actor=busy_office.person)
    run_due_work()
    sent.refresh_from_db()
    members = set(sandbox.members("Autumn - Offer (test)"))
    assert sent.status == Delivery.Status.COMPLETED
    assert len(members) == 10
    assert members <= {email_of(number) for number in treated(campaign, 50)}
    assert "Autumn - Offer" not in sandbox.state()["lists"]
    assert not CampaignRun.objects.exists()
    assert not Table.objects.filter(name="Campaign_Recipients").exists()
    assert earlier_tests(campaign) == [sent]
    assert Campaign.objects.get().status == "draft"
