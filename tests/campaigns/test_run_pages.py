"""The campaign page and its runs: what a send would do, what it did, a hand on it, and recipients as a file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from audit.models import AuditEvent
from campaigns.models import Campaign, CampaignRun
from campaigns.runs import announcements, forecasting
from campaigns.services import preparing
from campaigns.services.sending import start_send
from campaigns.states import RunState
from customer360.models import Column
from destinations.delivery.models import Delivery
from destinations.models import Destination
from notifications.models import Notification
from segments.operators import Operator
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of
from tests.campaigns.test_sending import treated

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.campaigns.office import Office
    from tests.sandbox import Sandbox

    SignIn = Callable[[str], Client]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def downloaded(client: Client, campaign: Campaign) -> list[dict[str, str]]:
    answer = client.get(f"/t/acme/campaigns/{campaign.pk}/runs/1/recipients.csv")
    assert answer.status_code == 200
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]  # it streams
    return list(csv.DictReader(lines))


@pytest.mark.long
def test_what_two_sends_did_is_on_the_pages_and_in_a_file(
    busy_office: Office, sandbox: Sandbox, sign_in: SignIn
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign, marketer = busy_office.campaign(), sign_in("ampiq_user")
    busy_office.send(campaign)
    campaign.campaign_segments.create(segment=busy_office.segment("Low", Operator.LESS, "21"), direction="exclude")
    second = busy_office.send(campaign)
    here = f"/t/acme/campaigns/{campaign.pk}/"

    assert second.difference == {"joined": 0, "left": 20, "moved": 0}
    shown = page(marketer, here)
    assert "Run 2" in shown
    assert "Customers of each run" in shown
    assert "20 left" in page(marketer, f"{here}runs/2/")
    assert "HubSpot · Contact lists" in page(marketer, f"{here}runs/1/")

    rows = downloaded(marketer, campaign)
    assert len(rows) == len(CUSTOMERS)
    sent = {row["customer_id"] for row in rows if row["is_control"] == "False"}
    assert sent == {f"c{number}" for number in treated(campaign)}
    assert sign_in("restricted_downloads").get(f"{here}runs/1/recipients.csv").status_code == 403
    restricted = sign_in("restricted_pii")
    assert {row["customer_id"] for row in downloaded(restricted, campaign)} == {row["customer_id"] for row in rows}

    report = f"/deliveries/{Delivery.objects.order_by('pk')[0].pk}/"
    known = (report, ">Completed<", 'data-label="Invalid"', "<dt>Delivered</dt>")
    assert {word: word in page(marketer, f"{here}runs/1/") for word in known} == dict.fromkeys(known, True)
    Destination.objects.update(allow_business_users=False)
    closed = page(marketer, f"{here}runs/1/")
    assert {word: word in closed for word in known} == dict.fromkeys(known, False)
    assert "destinations that you can't access are neither shown" in closed
    Notification.objects.all().delete()
    announcements.ended(second)
    assert not any(mark in Notification.objects.get().body for mark in "0123456789"), "it tells no figures"


def test_a_key_that_is_personal_data_is_redacted_in_the_file(busy_office: Office, sign_in: SignIn) -> None:
    Column.objects.filter(name="id").update(is_pii=True)
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    assert {row["customer_id"] for row in downloaded(sign_in("restricted_pii"), campaign)} == {"redacted"}
    assert "c1" in {row["customer_id"] for row in downloaded(sign_in("ampiq_user"), campaign)}
    event = AuditEvent.objects.filter(action="campaign:downloaded").latest("pk")
    assert (event.subject_name, event.changes) == ("Autumn", {"run": 1, "customers": len(CUSTOMERS)})


@pytest.mark.django_db(transaction=True)
def test_what_is_marked_as_personal_after_a_run_is_redacted_in_its_file_and_what_it_decided_withheld(
    office: Office, sign_in: SignIn
) -> None:
    campaign, restricted = office.campaign(), sign_in("restricted_pii")
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    assert "c1" in {row["customer_id"] for row in downloaded(restricted, campaign)}
    for table in ("Campaign_Recipients", "Customer360"):
        key = Column.objects.get(table__name=table, name="customer_id" if table == "Campaign_Recipients" else "id")
        Column.objects.filter(pk=key.pk).update(is_pii=True)
        assert {row["customer_id"] for row in downloaded(restricted, campaign)} == {"redacted"}
        Column.objects.filter(pk=key.pk).update(is_pii=False)
    Column.objects.filter(name="score").update(is_pii=True)
    here = f"/t/acme/campaigns/{campaign.pk}/"
    assert restricted.get(f"{here}runs/1/recipients.csv").status_code == 403
    assert "Download recipients" not in page(restricted, f"{here}runs/1/")
    assert "Download recipients" in page(sign_in("ampiq_user"), f"{here}runs/1/")


@pytest.mark.django_db(transaction=True)
def test_the_summary_is_worked_out_once_and_then_shown(office: Office, sign_in: SignIn) -> None:
    campaign, marketer = office.campaign(), sign_in("ampiq_user")
    address = f"/t/acme/campaigns/{campaign.pk}/forecast/"
    assert "Comparing the audience" in page(marketer, address)
    forecasting.work_out(campaign.pk)
    shown = page(marketer, address)
    assert "Rows to deliver" in shown
    assert "hx-get" not in shown


@pytest.mark.django_db(transaction=True)
def test_buttons_pause_go_on_and_stop(office: Office, sign_in: SignIn) -> None:
    campaign, marketer = office.campaign(), sign_in("ampiq_user")
    here = f"/t/acme/campaigns/{campaign.pk}/"
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    assert "Pause" in page(marketer, here)
    marketer.post(f"{here}do/", {"command": "pause"})
    assert CampaignRun.objects.get().state == RunState.PAUSED
    assert "Resume" in page(marketer, here)
    marketer.post(f"{here}do/", {"command": "stop"})
    assert "is being stopped" in page(marketer, here)
