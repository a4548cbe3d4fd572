"""An audience that personal data decides has no numbers for people with Restrict PII access."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import access_of
from audit.models import AuditEvent
from campaigns.audience.withholding import (
    is_change_withheld,
    is_forecast_withheld,
    is_run_withheld,
    withheld_among,
)
from campaigns.drafts import SubAudienceDraft
from campaigns.models import Campaign, CampaignRun, RunDelivery, RunGroup, SubAudience
from campaigns.services import preparing
from campaigns.services.sending import refuse_run, start_send
from campaigns.states import RunState, Status
from customer360.models import Column, Table
from destinations.delivery.models import Delivery
from destinations.delivery.outcomes import Counts
from destinations.models import Destination
from segments.models import Segment
from segments.operators import Operator
from tests.campaigns.editing import Page
from tests.campaigns.office import by_score

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.access import Access
    from tests.campaigns.office import Office
    from tests.cast import Cast

pytestmark = pytest.mark.django_db

WITHHELD = "Personal data decides who"


def pages(client: Client, campaign: Campaign, part: int) -> dict[str, str]:
    """All that tells how many are in the audience, or who is."""
    path = f"/t/acme/campaigns/{campaign.pk}/"
    criteria = f"{path}edit/sub-audiences/{part}/criteria/count/"
    read = {each: client.get(path + each).content.decode() for each in ("", "forecast/", "edit/count/")}
    return read | {
        "totals": client.get(f"{path}edit/count/", {"only": "totals"}).content.decode(),
        "criteria": client.get(criteria, {"page": "p"}).content.decode(),
        "why": client.post(f"{path}why/", {"sought": "c7"}).content.decode(),
    }


def test_numbers_and_reasons_are_withheld(office: Office, sign_in: Callable[[str], Client]) -> None:
    part = SubAudienceDraft(
        groups=office.groups(), name="High", rules=by_score(Operator.AT_LEAST, "51").model_dump()
    )
    campaign = office.campaign(sub_audiences=(part, SubAudienceDraft(groups=office.groups(treatment="Rest"))))
    high = SubAudience.objects.get(campaign=campaign, name="High").pk
    restricted = sign_in("restricted_pii")
    Page(restricted, campaign)
    assert not [name for name, body in pages(restricted, campaign, high).items() if WITHHELD in body]
    Column.objects.filter(name="score").update(is_pii=True)
    Campaign.objects.update(expected_audience=7331)
    assert "7,331" in sign_in("ampiq_user").get("/t/acme/campaigns/").content.decode()
    for page in ("", "campaigns/"):
        listed = restricted.get(f"/t/acme/{page}").content.decode()
        assert "hidden from you</span>" in listed
        assert "7,331" not in listed
    told = pages(restricted, campaign, high)
    assert [name for name, body in told.items() if WITHHELD not in body] == []
    assert [name for name, body in told.items() if ">100<" in body or ">50<" in body] == []
    assert not [name for name, body in pages(sign_in("ampiq_user"), campaign, high).items() if WITHHELD in body]


def sent(office: Office, campaign: Campaign) -> CampaignRun:
    """A run that has written down whom it is for, and sent nothing yet."""
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    return CampaignRun.objects.filter(campaign=campaign).latest("number")


def queries_of_list(access: Access, most: int) -> int:
    listed = list(Campaign.objects.with_list_details(access)[:most])
    assert len(listed) == most
    with CaptureQueriesContext(connection) as asked:
        withheld_among(listed, access)
    return len(asked)


def test_a_run_stays_withheld_as_it_was_when_it_was_prepared(office: Office, cast: Cast) -> None:
    Column.objects.filter(name="score").update(is_pii=True)
    run = sent(office, office.campaign())
    assert run.decided_by_pii
    assert [each.delivery.audience.decided_by_pii for each in RunDelivery.objects.all()] == [True]
    assert Table.objects.get(name="Campaign_Recipients").decided_by_pii
    Column.objects.filter(name="score").update(is_pii=False)
    reader, marketer = (access_of(cast[name], cast.acme) for name in ("restricted_pii", "ampiq_user"))
    assert (is_run_withheld(run, reader), is_run_withheld(run, marketer)) == (True, False)
    other = sent(office, office.campaign("Winter"))
    assert not is_run_withheld(other, reader)
    CampaignRun.objects.filter(pk=run.pk).update(state=RunState.DELIVERED)
    Campaign.objects.filter(pk=run.campaign_id).update(status=Status.DELIVERED)
    Delivery.objects.update(status=Delivery.Status.COMPLETED)
    again = sent(office, run.campaign)
    told = RunDelivery.objects.get(run_group__run=again).delivery.audience.tells_of_pii
    assert (again.decided_by_pii, told) == (False, True), "what it removes tells of the run before"
    assert Table.objects.get(name="Campaign_Recipients").is_withheld_from(reader), "it holds the first run too"
    Segment.objects.update(status=Segment.Status.DRAFT)
    Column.objects.filter(name="score").update(is_pii=True)
    asked = [queries_of_list(access, most) for access, most in ((reader, 1), (reader, 2), (marketer, 2))]
    assert asked[0] == asked[1] > 0 == asked[2], "as many for many campaigns as for one"
    assert is_run_withheld(other, reader), "it was decided by the version that it has pinned"


def test_changes_are_withheld_until_a_later_run_has_replaced_what_personal_data_decided(
    office: Office, cast: Cast
) -> None:
    reader, marketer = (access_of(cast[name], cast.acme) for name in ("restricted_pii", "ampiq_user"))
    Column.objects.filter(name="score").update(is_pii=True)
    campaign = office.campaign()
    come_to(RunState.DELIVERED, sent(office, campaign))
    Column.objects.filter(name="score").update(is_pii=False)
    withheld, asked = [], set()
    for state in (RunState.FAILED, RunState.DELIVERED, RunState.DELIVERED):
        forecast = is_forecast_withheld(campaign, reader)
        run = CampaignRun.objects.whole().get(pk=sent(office, campaign).pk)
        assert not is_run_withheld(run, reader)
        assert not is_change_withheld(run, marketer)
        run = CampaignRun.objects.whole().get(pk=run.pk)
        with CaptureQueriesContext(connection) as queries:
            change = is_change_withheld(run, reader)
        asked.add(len(queries))
        withheld.append((forecast, change))
        come_to(state, run)
    assert withheld == [(True, True), (True, True), (False, False)]
    assert len(asked) == 1, "as many queries for many runs in between as for none"


def come_to(state: RunState, run: CampaignRun) -> None:
    """The run and its deliveries end like this."""
    arrived = state is RunState.DELIVERED
    CampaignRun.objects.filter(pk=run.pk).update(state=state)
    Campaign.objects.filter(pk=run.campaign_id).update(status=Status.DELIVERED)
    Delivery.objects.filter(run_deliveries__run_group__run=run).update(
        status=Delivery.Status.COMPLETED if arrived else Delivery.Status.FAILED
    )


def test_what_a_run_reached_is_on_no_page_for_whom_it_is_withheld_from(
    office: Office, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    campaign = office.campaign()
    first = sent(office, campaign)
    assert not Table.objects.get(name="Campaign_Recipients").decided_by_pii
    CampaignRun.objects.update(state=RunState.DELIVERED, audience_count=7331, control_count=7338)
    RunGroup.objects.update(customers=7330)
    refuse_run(campaign=campaign, actor=office.person, problem="It was not open")
    change = {"joined": 7334, "left": 7335, "moved": 7336}
    known = {"state": RunState.DELIVERED, "plan": first.plan, "decided_by_pii": False}
    third = CampaignRun.objects.create(
        campaign=campaign, number=3, audience_count=7332, difference=change, **known
    )
    RunGroup.objects.filter(is_control=False).update(run=third, customers=7332)
    Delivery.objects.update(counts=asdict(Counts(removed=7337)))
    Destination.objects.update(allow_restricted_pii=True)
    marketer, restricted = sign_in("ampiq_user"), sign_in("restricted_pii")

    def told(client: Client) -> dict[str, set[str]]:
        here = f"campaigns/{campaign.pk}/"
        own = {
            "its own": here,
            "progress": f"{here}progress/",
            "first": f"{here}runs/1/",
            "last": f"{here}runs/3/",
        }
        pages = {"home": "", "list": "campaigns/"} | own
        read = {name: client.get(f"/t/acme/{page}").content.decode() for name, page in pages.items()}
        return {name: set(re.findall(r"7,33\d", body)) for name, body in read.items()}

    everything, last = told(marketer), {"7,332"}
    assert everything == told(restricted)
    assert all(everything.values())
    CampaignRun.objects.filter(pk=first.pk).update(decided_by_pii=True)
    assert told(restricted) == dict.fromkeys(everything, last) | {"first": set()}
    forecast = f"/t/acme/campaigns/{campaign.pk}/forecast/"
    assert WITHHELD not in restricted.get(forecast).content.decode()
    CampaignRun.objects.update(decided_by_pii=True)
    assert told(restricted) == {page: set() for page in everything}
    assert WITHHELD in restricted.get(forecast).content.decode(), "it compares with the last send"
    assert told(marketer) == everything
    marketer.get(f"/t/acme/campaigns/{campaign.pk}/runs/1/recipients.csv")
    assert AuditEvent.objects.get(action="campaign:downloaded").changes == {"run": 1}
