"""A dry run's page: what would change, for whom, what it would cost, and nothing that a reader may not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.forecast import Forecast
from destinations.delivery.models import Delivery
from destinations.delivery.specs import Guards, Scope
from tenants.scope import tenant_scope
from tests.access.objects.destinations import data_template
from tests.destinations.delivery.test_attributes import CITY, customers

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast
    from tests.destinations.delivery.desk import Desk
    from tests.sandbox import Sandbox


@pytest.fixture(autouse=True)
def _open_to_everybody(desk: Desk, cast: Cast) -> None:
    with tenant_scope(desk.tenant):
        desk.data_template_id = data_template(cast).pk


@pytest.fixture
def trial(desk: Desk, sandbox: Sandbox) -> Delivery:
    """c1 to c3 were sent, and c1 lives in Rome; now c1 moved, c2 stayed, c3 left, c4 is new and c5 is invalid."""
    sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1, 5)))
    desk.send(customers(town=["Rome", "Rome", "Rome"]), fields=[CITY])
    rows = customers(town=["Paris", "Rome", "Bonn", "Oslo"]).to_pylist()
    rows[2] = {"id": "c5", "email": "no address", "town": "Bonn"}
    table = customers(town=["x"]).from_pylist(rows)
    return desk.send(table, fields=[CITY], scope=Scope.DRY_RUN)


def forecast(trial: Delivery, *, restricted: bool = False) -> Forecast:
    return Forecast(trial, restricted=restricted)


def test_a_dry_run_tells_what_would_change_and_what_it_costs(
    desk: Desk, trial: Delivery, sign_in: Callable[[str], Client]
) -> None:
    every_kind_of_change_is_counted_with_examples_as_they_would_be_sent(desk, trial)
    restricted_people_see_counts_but_no_values(desk, trial)
    the_page_shows_it(trial, sign_in)
    it_costs_calls_and_minutes_of_the_accounts_rate(desk, trial)


def every_kind_of_change_is_counted_with_examples_as_they_would_be_sent(desk: Desk, trial: Delivery) -> None:
    with tenant_scope(desk.tenant):
        groups = {group.kind.what: group for group in forecast(trial).groups}
    assert {what: group.count for what, group in groups.items()} == {
        "add": 1,
        "update": 1,
        "remove": 1,
        "unchanged": 1,
        "invalid": 1,
    }
    (moved,) = groups["update"].examples
    assert (moved.key, moved.email, moved.values) == ("c1", "p1@example.com", {"city": "Paris"})
    (bad,) = groups["invalid"].examples
    assert bad.what == "The address has no @."


def it_costs_calls_and_minutes_of_the_accounts_rate(desk: Desk, trial: Delivery) -> None:
    allowance = desk.settings.allowance.model_copy(update={"burst": 2, "daily": 3})
    trial.connector = desk.settings.model_copy(update={"allowance": allowance})
    trial.estimated_calls = 120
    with tenant_scope(desk.tenant):
        told = forecast(trial)
        assert told.duration.total_seconds() == 600
        assert told.exceeds_the_day


def restricted_people_see_counts_but_no_values(desk: Desk, trial: Delivery) -> None:
    with tenant_scope(desk.tenant):
        told = forecast(trial, restricted=True)
        shown = [example for group in told.groups for example in group.examples]
    assert told.hides_something
    assert {example.email for example in shown} == {None}
    assert "c1" in {example.key for example in shown}


def the_page_shows_it(trial: Delivery, sign_in: Callable[[str], Client]) -> None:
    address = f"/t/acme/deliveries/{trial.pk}/"
    open_to, restricted = (sign_in(who).get(address).content.decode() for who in ("ampiq_user", "restricted_pii"))
    assert "Nothing was sent. A send takes at least" in open_to
    assert "p1@example.com" in open_to
    assert "Would be removed" in restricted
    assert "@example.com" not in restricted


def test_a_delivery_that_waits_for_a_yes_shows_it_too(
    desk: Desk, trial: Delivery, sign_in: Callable[[str], Client]
) -> None:
    held = desk.send(customers(town=["Paris"]), fields=[CITY], guards=Guards(max_change_percent=10))
    page = sign_in("ampiq_user").get(f"/t/acme/deliveries/{held.pk}/").content.decode()
    assert held.status == Delivery.Status.HELD
    assert "Check what would change, then let the delivery continue or stop it." in page
    assert "Would be removed" in page
    assert "p2@example.com" in page
    assert "Send 10 rows" not in page


def test_a_sample_of_what_was_tried_is_sent_and_removes_nobody(
    desk: Desk, sandbox: Sandbox, trial: Delivery, sign_in: Callable[[str], Client]
) -> None:
    sign_in("ampiq_user").post(f"/t/acme/deliveries/{trial.pk}/sample/", {"rows": "10"})
    with tenant_scope(desk.tenant):
        sample = Delivery.objects.latest("pk")
    assert (sample.extent, sample.sample_size) == (Scope.SAMPLE, 10)

    assert desk.finish(sample).tally.added == 1
    assert sandbox.members("VIPs") == [f"p{number}@example.com" for number in range(1, 5)]


def test_only_what_was_tried_can_be_sent_as_a_sample(desk: Desk, sign_in: Callable[[str], Client]) -> None:
    sent = desk.send(customers(town=["Rome"]), fields=[CITY])
    answer = sign_in("ampiq_user").post(f"/t/acme/deliveries/{sent.pk}/sample/", {"rows": "10"}, follow=True)
    assert "Start a dry run first" in answer.content.decode()
