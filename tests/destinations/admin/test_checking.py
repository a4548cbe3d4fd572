"""What an operator is told of a data template while editing it: problems, and values that would not go through."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from customer360.imports.services import import_file
from customer360.models import Column, Query, Table
from destinations.models import AccountFields, DataTemplate, Destination
from tests.destinations.admin.entered import ADMIN, TEMPLATE, post_template

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import Settings

    from tests.sandbox import Sandbox

CHECK = f"{ADMIN}/datatemplate/check/"
CUSTOMERS = """id,email,tier,score
1,ana@example.com,gold,7
2,bo@example.com,bronze,many
3,"""


@pytest.fixture
def customers(destination: Destination, settings: Settings, tmp_path: Path) -> None:
    """Three: one without an address, two with a tier, and one score that is no number."""
    settings.DATA_DIR = tmp_path / "data"
    source = tmp_path / "customers.csv"
    source.write_text(CUSTOMERS + ",,\n")
    role = Table.Role.CUSTOMER_PROFILES
    import_file(source=source, table_name="Merged_Customers", role=role, key_column="id")
    tiers = {"name": "tier", "kind": "option", "options": [{"value": "gold"}, {"value": "silver"}]}
    others = [{"name": "points", "kind": "number"}, {"name": "born", "kind": "date"}]
    AccountFields.objects.update(fields=[{"name": "email"}, tiers, *others])


def told(client: Client, destination: Destination, address: str = CHECK, **changes: Any) -> str:
    answer = client.post(address, {**TEMPLATE, "destination": destination.pk, **changes})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def columns(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {
        "columns-source": [source for source, _target in pairs],
        "columns-target": [target for _source, target in pairs],
        "columns-when_empty": ["leave"] * len(pairs),
    }


@pytest.mark.usefixtures("customers")
def test_values_that_would_be_held_back_are_counted_and_named(operator: Client, destination: Destination) -> None:
    mapping = columns(("email", "email"), ("tier", "tier"), ("score", "points"))

    text = told(operator, destination, **mapping)

    assert "“email”: 1 of 3 rows of Merged_Customers would be held back." in text
    assert "“tier”: 1 of 3 rows" in text
    assert "is not one of its options. Such as “bronze”." in text
    assert "Such as “many”." in text
    assert "setup-problem" not in text


@pytest.mark.usefixtures("customers")
def test_values_of_personal_data_are_counted_and_not_shown_to_restricted_people(
    sign_in: Callable[[str], Client], destination: Destination
) -> None:
    Column.objects.filter(name="tier").update(is_pii=True)
    mapping = columns(("email", "email"), ("tier", "tier"))

    Destination.objects.update(allow_restricted_pii=True)

    text = told(sign_in("restricted_pii"), destination, **mapping)

    assert "“tier”: 1 of 3 rows" in text
    assert "bronze" not in text


@pytest.mark.usefixtures("customers")
def test_columns_of_a_query_are_looked_up_in_its_result(operator: Client, destination: Destination) -> None:
    sql = "SELECT email, UPPER(tier) AS level FROM Merged_Customers WHERE tier = 'gold'"
    Query.objects.create(name="Best", sql=sql, status=Query.Status.ACTIVE)

    text = told(operator, destination, **columns(("email", "email"), ("level", "tier")))

    assert "“level”: 1 of 1 rows of “Best” would be held back." in text
    assert "Such as “GOLD”." in text
    sums = "SELECT email, SUM(LENGTH(tier)) * 1.5 AS worth FROM Merged_Customers GROUP BY email"
    Query.objects.create(name="Sums", sql=sums, status=Query.Status.ACTIVE)
    text = told(operator, destination, **columns(("email", "email"), ("worth", "born")))
    assert "“worth” holds numbers, but “born” takes dates." in text


@pytest.mark.usefixtures("customers")
def test_when_everything_fits_it_says_so(operator: Client, destination: Destination) -> None:
    Query.objects.create(
        name="Good", sql="SELECT 'a@example.com' AS address, id FROM Merged_Customers", status="active"
    )

    text = told(operator, destination, **columns(("address", "email")))

    assert "✓ 1 column can be sent" in text


def test_problems_are_told_before_anything_else_is_filled_in(operator: Client, destination: Destination) -> None:
    mapping = columns(("email", "email"), ("a", "no_such"), ("b", "city"), ("c", "city"))

    text = told(operator, destination, name="", available_to_campaigns="on", list_name="{{ nonsense }}", **mapping)

    assert "Campaigns need {{ campaign_name }} and {{ group_name }}" in text
    assert "The account has no property “no_such”" in text
    assert "“b”, “c” would all be sent as “city”" in text
    assert not DataTemplate.objects.exists()


def test_a_stored_template_is_checked_with_its_own_destination(operator: Client, destination: Destination) -> None:
    post_template(operator, destination)
    entered = {**TEMPLATE, "destination": ""}

    assert operator.post(f"{CHECK}?template={DataTemplate.objects.get().pk}", entered).status_code == 200
    for unknown in ("", "?template=999999", "?template=x"):
        assert operator.post(f"{CHECK}{unknown}", entered).status_code == 404


def test_properties_are_refreshed_without_losing_what_was_entered(
    operator: Client, destination: Destination
) -> None:
    AccountFields.objects.update(fields=[{"name": "email"}])

    text = told(operator, destination, f"{CHECK}?refresh", **columns(("email", "email"), ("town", "city")))

    assert "City (city) · string" in text
    assert 'value="town"' in text
    assert "read just now" in text or "read 0 s ago" in text


def test_an_account_that_does_not_list_its_properties_says_why(
    operator: Client, destination: Destination, sandbox: Sandbox
) -> None:
    sandbox.fault("status", status=503, count=0)

    answer = operator.post(f"{CHECK}?refresh", {**TEMPLATE, "destination": destination.pk})

    assert answer.headers["HX-Retarget"] == "[data-check]"
    assert "could not be reached just now" in answer.content.decode()


def test_who_may_not_manage_data_templates_is_told_nothing(
    sign_in: Callable[[str], Client], destination: Destination
) -> None:
    reader = sign_in("datagrid_operator_read_only")

    assert reader.post(CHECK, {**TEMPLATE, "destination": destination.pk}).status_code == 403
