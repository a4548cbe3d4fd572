from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from customer360 import interactive
from customer360.engine.errors import EngineTimeoutError
from customer360.interactive import PLACES, open_interactive
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant


@pytest.fixture
def in_acme(acme: Tenant) -> Iterator[None]:
    with tenant_scope(acme):
        yield


@pytest.mark.usefixtures("in_acme")
def test_whoever_comes_when_enough_wait_is_told_at_once() -> None:
    for _ in range(PLACES):
        assert interactive._places.acquire(blocking=False)
    try:
        with pytest.raises(EngineTimeoutError, match="Try again in a moment"), open_interactive({}):
            pytest.fail("There was no place left.")
    finally:
        interactive._places.release(PLACES)


@pytest.mark.usefixtures("in_acme")
def test_a_place_is_given_back_also_after_a_fault() -> None:
    for _ in range(PLACES + 1):
        with pytest.raises(ZeroDivisionError), open_interactive({}):
            raise ZeroDivisionError
    with open_interactive({}) as session:
        assert session.one(exp.select("1")) == (1,)
