"""The overview's figures: calls of the day, sends that wait for a person, work that stands still."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from accounts.access import Access
from customer360.models import Import
from destinations import health
from destinations.delivery import quota
from destinations.delivery.connector import RateReport
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.quota import Quota
from destinations.models import Credential, Destination
from destinations.sending import connector_settings
from runtime import clock
from tests.access.objects.deliveries import delivery as delivered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from pytest_django.fixtures import Settings

    from tenants.models import Tenant
    from tests.cast import Cast

EVERYTHING = Access(None, is_superuser=True)
OVERVIEW = "/t/acme/admin/"
HOUR = timedelta(hours=1)


@pytest.fixture
def delivery(acme: Tenant, cast: Cast) -> Delivery:
    return delivered(cast)


def overview(client: Client) -> str:
    return str(client.get(OVERVIEW).content.decode())


def stuck() -> list[Delivery]:
    return health.stuck_deliveries(EVERYTHING)


def sending_since(delivery: Delivery, long: timedelta) -> None:
    began = clock.now() - long
    Delivery.objects.update(status=Delivery.Status.SENDING, created_at=began, sending_at=began)


def test_calls_of_the_day_are_told_as_far_as_the_account_tells_them(acme: Tenant) -> None:
    credential = Credential.objects.create(name="Account", portal_id=uuid4().int % 10**12, app_id="app")
    destination = Destination.objects.create(name="Marketing", credential=credential)
    Destination.objects.create(name="Sales", credential=credential)
    settings = connector_settings(destination)
    counters = Quota(settings.account, settings.allowance)

    counters.settle(counters.acquire())
    (usage,) = health.usage_today(EVERYTHING)
    assert (usage.destinations, usage.portal) == (("Marketing", "Sales"), str(credential.portal_id))
    assert usage.today is not None
    assert (usage.today.ours, usage.today.limit, usage.today.used) == (1, None, 1)

    counters.observe(RateReport(daily_limit=1000, daily_remaining=900))
    (usage,) = health.usage_today(EVERYTHING)
    assert usage.today is not None
    assert (usage.today.ours, usage.today.limit, usage.today.used) == (1, 1000, 100)


def test_a_send_that_waits_for_a_person_is_told_with_its_reason(
    delivery: Delivery, sign_in: Callable[[str], Client]
) -> None:
    Delivery.objects.update(
        status=Delivery.Status.HELD, held_for=[{"code": "many_removals", "removals": 12_345, "limit": 10_000}]
    )

    text = overview(sign_in("datagrid_operator"))

    assert f'href="/t/acme/deliveries/{delivery.pk}/"' in text
    assert "12,345 members would be removed, more than 10,000." in text


def test_work_that_nobody_does_is_stuck_after_a_while(delivery: Delivery) -> None:
    sending_since(delivery, timedelta(minutes=5))
    assert stuck() == []
    sending_since(delivery, HOUR)
    assert stuck() == [delivery]


def test_work_that_is_in_hand_or_waits_for_a_limit_is_not_stuck(delivery: Delivery) -> None:
    sending_since(delivery, HOUR)
    piece = Slice.objects.create(
        delivery=delivery, phase=Slice.Phase.SEND, number=1, leased_until=clock.now() + HOUR
    )
    assert stuck() == []

    piece.delete()
    Delivery.objects.update(waiting_until=clock.now() + HOUR)
    assert stuck() == []


def test_a_send_that_waits_for_its_turn_is_not_stuck(delivery: Delivery) -> None:
    sending_since(delivery, timedelta(minutes=1))
    delivery.refresh_from_db()
    delivery.pk, delivery.status, delivery.created_at = None, Delivery.Status.WAITING, clock.now() - HOUR
    delivery.sending_at = None
    delivery.save(force_insert=True)
    assert stuck() == []

    Delivery.objects.exclude(pk=delivery.pk).update(status=Delivery.Status.STOPPED)
    assert stuck() == [delivery]


@pytest.fixture
def no_counters(settings: Settings) -> Iterator[None]:
    """No server answers where the counters should be."""
    forget_the_server()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    yield
    forget_the_server()


def forget_the_server() -> None:
    quota.connection.cache_clear()
    quota._script.cache_clear()


@pytest.mark.usefixtures("no_counters")
def test_the_overview_works_when_the_counters_do_not(acme: Tenant, sign_in: Callable[[str], Client]) -> None:
    credential = Credential.objects.create(name="Account", portal_id=1)
    Destination.objects.create(name="Marketing", credential=credential)

    assert "The counters can't be read" in overview(sign_in("datagrid_operator_read_only"))


def test_an_import_that_no_worker_takes_is_told(acme: Tenant, sign_in: Callable[[str], Client]) -> None:
    waiting = {"spec_data": {}, "status": Import.Status.WAITING}
    Import.objects.create(file_name="late.csv", created_at=clock.now() - HOUR, **waiting)
    Import.objects.create(file_name="new.csv", **waiting)

    text = overview(sign_in("datagrid_operator"))

    assert "late.csv" in text
    assert "new.csv" not in text
