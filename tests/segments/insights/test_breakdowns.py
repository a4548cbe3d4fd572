from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from segments.insights.breakdowns import Categories, Distribution, breakdowns
from segments.insights.pictures import pictures
from segments.operators import Operator
from segments.rules import Rules
from tenants.scope import tenant_scope
from tests.segments.insights.conftest import EUROPE, asking

if TYPE_CHECKING:
    from tenants.models import Tenant

pytestmark = pytest.mark.django_db


def test_each_attribute_is_counted_in_its_own_way(acme: Tenant, brand: None) -> None:
    with tenant_scope(acme):
        found = breakdowns(EUROPE, ["country", "vip", "points", "born", "gone"])
    country, vip, points, born = found.parts
    assert found.customers == 6
    assert country == Categories("country", (("Spain", 3), ("France", 2), ("Italy", 1)), 0, 0, 0)
    assert vip == Categories("vip", (("true", 3), ("false", 2)), 0, 0, 1)
    assert isinstance(points, Distribution)
    assert (sum(points.counts), points.empty) == (5, 1)
    assert isinstance(born, Distribution)
    assert born.grid is not None
    by_year = {born.grid.write(born.grid.ends(place)[0]): count for place, count in enumerate(born.counts)}
    assert (by_year["1975"], by_year["1980"], by_year["1985"], by_year["2000"]) == (1, 1, 1, 1)
    assert born.empty == 1


def test_rare_values_are_counted_together_and_empty_ones_apart(acme: Tenant, brand: None) -> None:
    with tenant_scope(acme):
        found = breakdowns(Rules(), ["country"])
    (country,) = found.parts
    assert isinstance(country, Categories)
    assert country.shares[:2] == (("Spain", 3), ("France", 2))
    assert len(country.shares) == 8
    assert (country.others, country.other_values, country.empty) == (2, 2, 1)
    (picture,) = pictures(found)
    assert "2 more" in picture.chart
    assert "Empty" in picture.chart


def test_nobody_has_nothing_to_show(acme: Tenant, brand: None) -> None:
    nobody = asking("country", Operator.EXACTLY, "Atlantis")
    with tenant_scope(acme):
        found = breakdowns(nobody, ["country", "points"])
    assert found.customers == 0
    assert [picture.chart.count("Nothing to show yet") for picture in pictures(found)] == [1, 1]


def test_without_attributes_nothing_is_counted(acme: Tenant, brand: None) -> None:
    with tenant_scope(acme):
        assert breakdowns(EUROPE, []).parts == ()
