"""Why a customer is, or is not, in a campaign: asked before it is sent, and of runs that were."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from campaigns.attributes import ATTRIBUTES, IDENTITY, Attribute
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import Campaign, CampaignRun, GroupDestination
from campaigns.runs.reports import RunReport
from campaigns.services import preparing
from campaigns.services.sending import start_send
from campaigns.why.explanations import Explanation, Place
from campaigns.why.verdicts import Found, Rule
from customer360.models import Column, TableVersion
from segments.operators import Operator
from tests.campaigns.office import email_of, is_control
from tests.campaigns.test_attributes import orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.campaigns.office import Office
    from tests.sandbox import Sandbox

    SignIn = Callable[[str], Client]


def ask(client: Client, campaign: Campaign, sought: str, run: str = "") -> str:
    answer = client.post(f"/t/acme/campaigns/{campaign.pk}/why/", {"sought": sought, "run": run})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def parted(office: Office) -> Campaign:
    """Customers from 11 on without those from 91 on: VIPs from 51 on, and the others; each with its controls."""
    several, high, few = (
        office.segment(name, Operator.AT_LEAST, score)
        for name, score in (("Several", "11"), ("High", "51"), ("Few", "91"))
    )
    vip = SubAudienceDraft(name="VIP", segment=high, groups=office.groups())
    rest = SubAudienceDraft(groups=office.groups(treatment="Rest"))
    return office.campaign(include=(several,), exclude=(few,), sub_audiences=(vip, rest))


def numbers(campaign: Campaign, *, control: bool) -> list[int]:
    return [number for number in range(1, 101) if is_control(campaign, f"c{number}") is control]


@pytest.mark.django_db(transaction=True)
def test_each_rule_says_what_it_decided(office: Office, sign_in: SignIn) -> None:
    marketer, campaign = sign_in("ampiq_user"), parted(office)
    treated = numbers(campaign, control=False)
    vip = next(number for number in treated if 51 <= number < 91)
    other = next(number for number in treated if 11 <= number < 51)
    control = next(number for number in numbers(campaign, control=True) if 11 <= number < 91)

    assert "Not in the campaign: they are in none of the included segments." in ask(marketer, campaign, "c3")
    assert "Not in the campaign: excluded by “Few”." in ask(marketer, campaign, "c95")
    said = ask(marketer, campaign, f" {email_of(vip).upper()} ")
    assert "In “Offer” of “VIP”." in said
    assert "score is greater than or equal to 51" in said
    assert "Their fixed place in this campaign is" in said
    assert "They would be added, if the destination has their address." in said
    assert "In “Rest” of “All remaining recipients”." in ask(marketer, campaign, f"c{other}")
    assert "Controls are never sent." in ask(marketer, campaign, f"c{control}")
    assert "No such customer" in ask(marketer, campaign, "nobody@example.com")

    orders(("o1", "c1", "2026-01-01", "Rome"))
    shop = Attribute(destination_attribute="shop", source_attribute="shop", source_table="Orders", required=True)
    GroupDestination.objects.update(attributes=ATTRIBUTES.dump_python((IDENTITY, shop)))
    assert "“shop” is required, and the customer has no value for it." in ask(marketer, campaign, f"c{vip}")

    restricted = sign_in("restricted_pii")
    assert "In “Offer” of “VIP”." in ask(restricted, campaign, f"c{vip}")
    assert "No customer has this key. Check" in ask(restricted, campaign, email_of(vip))
    Column.objects.filter(name="id").update(is_pii=True)
    assert "No customer has this key." in ask(restricted, campaign, f"c{vip}")


@pytest.mark.parametrize(
    ("matching", "chosen", "first_match_only", "verdicts"),
    [
        ({1, 2}, 1, True, ["Assigned here", "Matches, too late"]),
        ({1, 2}, 1, False, ["Assigned here", "Matches, but kept back"]),
        ({2}, 1, True, ["Assigned here", "Matches, but kept back"]),  # a control of an earlier run
        ({2}, None, True, ["Does not match", "Matches"]),
    ],
)
def test_who_matches_a_sub_audience_and_is_elsewhere_learns_why(
    matching: set[int], chosen: int | None, *, first_match_only: bool, verdicts: list[str]
) -> None:
    group = GroupDraft("Control", Decimal(100), is_control=True, id=9)
    parts = tuple(SubAudienceDraft(groups=(group,), name=f"P{number}", rules={}, id=number) for number in (1, 2))
    rules = tuple(Rule("sub_audience", part.name, part.id in matching, (), part.id) for part in parts)
    places = tuple(Place(part, group, "") for part in parts if part.id == chosen)
    draft = CampaignDraft("Autumn", (), (), parts, first_match_only=first_match_only)
    explanation = Explanation(Found("c1", 0, rules, ()), draft, places, "c1")
    assert [step.verdict for step in explanation.stages[-1].steps] == verdicts


@pytest.mark.django_db(transaction=True)
def test_sub_audiences_of_one_name_are_told_apart(office: Office, sign_in: SignIn) -> None:
    """Nobody is taken for a match of the other, in what a run did nor in why."""
    parts = (
        SubAudienceDraft(name="S", segment=office.segment("Top", Operator.AT_LEAST, "91"), groups=office.groups()),
        SubAudienceDraft(
            name="S",
            segment=office.segment("High", Operator.AT_LEAST, "51"),
            groups=office.groups(treatment="Two"),
        ),
    )
    campaign = office.campaign(sub_audiences=parts)
    said = ask(sign_in("ampiq_user"), campaign, "c60")
    assert (said.count("Does not match"), said.count("Assigned here")) == (1, 1)
    run = start_send(campaign=campaign, actor=office.person)
    preparing.prepare(run.pk)
    report = RunReport(CampaignRun.objects.whole().get())
    assert [(part.name, part.customers) for part in report.parts] == [("S", 10), ("S", 40)]


@pytest.mark.long
def test_of_a_run_it_tells_what_happened_then(busy_office: Office, sandbox: Sandbox, sign_in: SignIn) -> None:
    campaign, marketer = parted(busy_office), sign_in("ampiq_user")
    arrived, missing = [number for number in numbers(campaign, control=False) if 11 <= number < 91][:2]
    sandbox.add_contacts(email_of(arrived))
    busy_office.send(campaign)
    Campaign.objects.get().campaign_segments.all().delete()

    said = ask(marketer, campaign, email_of(arrived), "1")
    assert "In “Rest” of “All remaining recipients”." in said
    assert "Added" in said
    assert "The destination has no contact with this address." in ask(marketer, campaign, f"c{missing}", "1")

    TableVersion.objects.filter(table__name="Customer360").delete()
    said = ask(marketer, campaign, f"c{arrived}", "1")
    assert "What the run recorded" in said
    assert 'In <b dir="auto">Rest</b> of <b dir="auto">All remaining recipients</b>' in said
