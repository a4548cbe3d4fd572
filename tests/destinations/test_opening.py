"""Nobody with Restrict PII access lets people with Restrict PII access send personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from destinations.errors import BeyondOwnError
from destinations.models import Credential, DataTemplate, Destination
from destinations.services.saving import save_setup

if TYPE_CHECKING:
    from accounts.models import User
    from tests.cast import Cast

OPENED = {"allow_restricted_pii": True}


@pytest.fixture
def restricted(cast: Cast) -> User:
    return cast["restricted_pii"]


@pytest.fixture
def destination(acme: object) -> Destination:
    return Destination.objects.create(name="Closed", credential=Credential.objects.create(name="HubSpot"))


def test_a_restricted_operator_opens_no_destination(
    destination: Destination, restricted: User, cast: Cast
) -> None:
    with pytest.raises(BeyondOwnError, match="Only someone who may see personal data"):
        save_setup(destination, OPENED, actor=restricted)

    assert not Destination.objects.get().allow_restricted_pii
    assert save_setup(destination, OPENED, actor=cast["datagrid_operator"]).allow_restricted_pii


@pytest.mark.parametrize("values", [OPENED, {"access": DataTemplate.AccessRule.INHERITED}])
def test_nor_a_data_template_by_its_switch_or_its_rule(
    values: dict[str, Any], destination: Destination, restricted: User
) -> None:
    closed = DataTemplate.objects.create(
        name="Lists", destination=destination, access=DataTemplate.AccessRule.OWN, mapping=[]
    )

    with pytest.raises(BeyondOwnError):
        save_setup(closed, values, actor=restricted)


def test_what_is_open_they_may_change_otherwise_and_close(destination: Destination, restricted: User) -> None:
    Destination.objects.update(**OPENED)

    assert save_setup(destination, {**OPENED, "description": "x"}, actor=restricted).description == "x"
    assert not save_setup(destination, {"allow_restricted_pii": False}, actor=restricted).allow_restricted_pii
