"""An audience that personal data decides has no numbers for people with Restrict PII access."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from campaigns.drafts import SubAudienceDraft
from campaigns.models import Campaign, SubAudience
from customer360.models import Column
from segments.operators import Operator
from tests.campaigns.editing import Page
from tests.campaigns.office import by_score

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.campaigns.office import Office

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
        assert WITHHELD in listed
        assert "7,331" not in listed
    told = pages(restricted, campaign, high)
    assert [name for name, body in told.items() if WITHHELD not in body] == []
    assert [name for name, body in told.items() if ">100<" in body or ">50<" in body] == []
    assert not [name for name, body in pages(sign_in("ampiq_user"), campaign, high).items() if WITHHELD in body]
