"""A destination that is not open to the reader is named on no page of a campaign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from campaigns.openness import CLOSED
from campaigns.runs import forecasting
from destinations.models import Destination
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import is_control

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from campaigns.models import Campaign
    from tests.campaigns.office import Office


def pages(client: Client, campaign: Campaign) -> dict[str, str]:
    here = f"/t/acme/campaigns/{campaign.pk}/"
    someone = next(f"c{number}" for number in CUSTOMERS if not is_control(campaign, f"c{number}"))
    forecasting.work_out(campaign.pk)
    read = {each: client.get(here + each).content.decode() for each in ("", "forecast/", "edit/", "edit/count/")}
    return read | {"why": client.post(f"{here}why/", {"sought": someone}).content.decode()}


@pytest.mark.django_db(transaction=True)
def test_closed_destinations_are_named_nowhere(office: Office, sign_in: Callable[[str], Client]) -> None:
    campaign, marketer = office.campaign(), sign_in("ampiq_user")
    Destination.objects.update(name="Secret Salon")
    here = f"/t/acme/campaigns/{campaign.pk}/"
    first = marketer.get(here).content.decode()
    assert (f'hx-get="{here}summary/"' in first, ">100<" in first) == (True, False)
    counted = marketer.get(f"{here}summary/", headers={"HX-Request": "true"}).content.decode()
    (without_javascript,) = re.findall(r'<noscript>.*?href="([^"]+)"', first, re.DOTALL)
    whole = marketer.get(without_javascript).content.decode()
    assert ("<main" in whole, ">100<" in whole, "<main" in counted) == (True, True, False)
    assert "Secret Salon" in counted
    assert f'hx-get="{here}summary/"' not in marketer.get(here).content.decode() + counted
    known = pages(marketer, campaign)
    assert [name for name, body in known.items() if "Secret Salon" not in body] == []
    Destination.objects.update(allow_business_users=False)
    told = pages(marketer, campaign)
    assert [name for name, body in told.items() if "Secret Salon" in body or "Contact lists" in body] == []
    assert CLOSED in told[""]
    assert CLOSED in told["forecast/"]
    assert "neither shown nor counted above" in told["forecast/"]
    assert ("at least" in known["forecast/"], "at least" in told["forecast/"]) == (True, False)
    assert ("Rows to deliver" in known["forecast/"], "Rows to deliver" in told["forecast/"]) == (True, False)
    assert 'data-label="Calls"' not in told["forecast/"]
