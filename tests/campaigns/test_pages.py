"""What people see and do on the campaign pages and on the start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.access import access_of
from campaigns.drafts import SubAudienceDraft
from campaigns.models import Campaign, CampaignRun
from campaigns.services.sending import refuse_run, start_send
from campaigns.states import RunState, Status
from customer360.models import Table
from destinations.models import Destination
from segments.operators import Operator
from tests.campaigns.office import email_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.campaigns.office import Office
    from tests.cast import Cast
    from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db

CAMPAIGNS = "/t/acme/campaigns/"


@pytest.fixture
def marketer(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("ampiq_user")


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_list_teaches_and_leads_on(office: Office, marketer: Client) -> None:
    assert "Your first campaign" in page(marketer, CAMPAIGNS)


def test_the_list_finds_by_name_and_status(office: Office, marketer: Client) -> None:
    office.campaign("Autumn")
    office.campaign("Winter")
    Campaign.objects.filter(name="Winter").update(status=Status.DELIVERED)
    assert "Winter" not in page(marketer, f"{CAMPAIGNS}?q=autu")
    assert "Autumn" not in page(marketer, f"{CAMPAIGNS}?status=delivered")
    assert "No matching campaigns" in page(marketer, f"{CAMPAIGNS}?q=spring")
    shown = page(marketer, f"{CAMPAIGNS}?sort=-name&status=nonsense")
    assert shown.index("Winter") < shown.index("Autumn")


def test_the_list_says_where_campaigns_go_and_whom_they_reached(office: Office, marketer: Client) -> None:
    campaign = office.campaign()
    CampaignRun.objects.create(campaign=campaign, number=1, audience_count=4711)
    shown = page(marketer, CAMPAIGNS)
    assert '<span class="chip plain"><span>HubSpot</span></span>' in shown
    assert "4,711" in shown


def test_a_run_that_was_refused_is_not_the_last_send(office: Office, cast: Cast) -> None:
    campaign = office.campaign()
    sent = CampaignRun.objects.create(campaign=campaign, number=1, state=RunState.DELIVERED, audience_count=5)
    refuse_run(campaign=campaign, actor=office.person, problem="Not now.")
    listed = Campaign.objects.with_list_details(access_of(office.person, cast.acme)).get()
    assert (vars(listed)["last_sent_at"], vars(listed)["last_audience"]) == (sent.started_at, 5)


def test_archived_campaigns_are_shown_only_when_asked_for(office: Office, marketer: Client) -> None:
    office.campaign("Autumn")
    Campaign.objects.update(status=Status.ARCHIVED)
    assert ">Autumn<" not in page(marketer, CAMPAIGNS)
    assert ">Autumn<" in page(marketer, f"{CAMPAIGNS}?status=archived")


def test_the_list_costs_the_same_for_many_campaigns(
    office: Office, marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        office.campaign(f"Campaign {number}")
    with django_assert_max_num_queries(16):
        page(marketer, CAMPAIGNS)


def test_without_data_the_pages_say_what_is_missing(office: Office, marketer: Client) -> None:
    campaign = office.campaign()
    Table.objects.update(current_version=None)
    assert "There are no customer profiles yet" in page(marketer, f"{CAMPAIGNS}{campaign.pk}/")


def test_the_summary_shows_numbers_groups_and_destinations(office: Office, marketer: Client) -> None:
    shown = page(marketer, f"{CAMPAIGNS}{office.campaign().pk}/")
    for words in (
        "Delivery summary",
        "Everybody",
        "HubSpot · Contact lists",
        "90\N{NO-BREAK SPACE}%",
        "Never sent",
        "Send now",
    ):
        assert words in shown


def test_what_stands_in_the_way_is_said_before_sending(office: Office, marketer: Client) -> None:
    campaign = office.campaign()
    Destination.objects.update(allow_business_users=False)
    shown = page(marketer, f"{CAMPAIGNS}{campaign.pk}/")
    assert "This campaign can't be sent yet" in shown
    assert "is not open to you" in shown
    assert "Send now" not in shown


def test_somebody_who_may_only_read_is_offered_nothing_else(
    office: Office, sign_in: Callable[[str], Client]
) -> None:
    shown = page(sign_in("ampiq_user_read_only"), f"{CAMPAIGNS}{office.campaign().pk}/")
    assert "Delivery summary" in shown
    assert "Send now" not in shown
    assert "/edit/" not in shown


@pytest.mark.parametrize(
    ("person", "status"), [("amp360_user", 403), ("ampiq_user_read_only", 403), ("globex_administrator", 404)]
)
def test_who_may_not_send_cannot_post_either(
    office: Office, sign_in: Callable[[str], Client], person: str, status: int
) -> None:
    campaign = office.campaign()
    assert sign_in(person).post(f"{CAMPAIGNS}{campaign.pk}/send/").status_code == status
    assert not CampaignRun.objects.exists()


def test_sending_leads_back_to_the_campaign_with_its_progress(office: Office, marketer: Client) -> None:
    campaign = office.campaign()
    answer = marketer.post(f"{CAMPAIGNS}{campaign.pk}/send/", follow=True)
    assert answer.redirect_chain == [(f"{CAMPAIGNS}{campaign.pk}/", 302)]
    shown = answer.content.decode()
    assert "Preparing campaign recipients" in shown
    assert f'hx-get="{CAMPAIGNS}{campaign.pk}/progress/"' in shown


def test_progress_stops_asking_when_the_run_has_ended(
    busy_office: Office, sandbox: Sandbox, marketer: Client
) -> None:
    sandbox.add_contacts(*map(email_of, range(1, 101)))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    shown = page(marketer, f"{CAMPAIGNS}{campaign.pk}/progress/")
    assert "Completed" in shown
    assert "hx-get" not in shown
    assert "/deliveries/" in shown
    assert "Delivered" in shown


def test_progress_of_a_campaign_never_sent_is_not_there(office: Office, marketer: Client) -> None:
    assert marketer.get(f"{CAMPAIGNS}{office.campaign().pk}/progress/").status_code == 404


def test_the_start_page_shows_what_a_person_may_see(office: Office, sign_in: Callable[[str], Client]) -> None:
    start_send(campaign=office.campaign(), actor=office.person)
    marketer, analyst = page(sign_in("ampiq_user"), "/t/acme/"), page(sign_in("amp360_user"), "/t/acme/")
    assert "Autumn" in marketer
    assert "Merged_Customers" not in marketer
    assert "Autumn" not in analyst
    assert "Merged_Customers" in analyst


def test_a_segments_page_names_the_campaigns_that_use_it(office: Office, marketer: Client) -> None:
    high, unused = office.segment("High", Operator.AT_LEAST, "50"), office.segment("Low", Operator.LESS, "5")
    parts = (
        SubAudienceDraft(groups=office.groups(0, "High"), name="High", segment=high),
        SubAudienceDraft(groups=office.groups(0, "Rest")),
    )
    campaign = office.campaign("Autumn", sub_audiences=parts)
    for segment in (high, office.everybody()):
        assert f'href="{CAMPAIGNS}{campaign.pk}/"' in page(marketer, f"/t/acme/segments/{segment.pk}/")
    assert "Autumn" not in page(marketer, f"/t/acme/segments/{unused.pk}/")
