"""The client against every fault that HubSpot's documents name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from destinations.delivery.errors import (
    AuthorisationError,
    DestinationError,
    RateLimited,
    RefusedError,
    Unavailable,
)
from destinations.hubspot.client import HubSpotClient
from destinations.hubspot.failures import TokenExpired

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[HubSpotClient]:
    with HubSpotClient(sandbox.token) as client:
        yield client


def error_of(client: HubSpotClient) -> DestinationError:
    with pytest.raises(DestinationError) as met:
        client.create_list("VIP")
    return met.value


@pytest.mark.parametrize(
    ("kind", "rule", "policy", "wait"),
    [
        ("rate_limit_rolling", {}, "TEN_SECONDLY_ROLLING", None),
        ("rate_limit_secondly", {}, "SECONDLY", None),
        ("rate_limit_daily", {}, "DAILY", None),
        ("rate_limit_rolling", {"as_category": True}, "TEN_SECONDLY_ROLLING", None),
        ("rate_limit_rolling", {"retry_after": 7}, "TEN_SECONDLY_ROLLING", 7.0),
        ("locked", {}, "LOCKED", 2.0),
        ("migrating", {"retry_after": 3600}, "MIGRATION", 3600.0),
    ],
)
def test_limits_are_told_with_policy_and_wait(  # noqa: PLR0917  one column each
    client: HubSpotClient, sandbox: Sandbox, kind: str, rule: dict[str, Any], policy: str, wait: float | None
) -> None:
    sandbox.fault(kind, **rule)
    error = error_of(client)
    assert isinstance(error, RateLimited)
    assert (error.policy, error.retry_after) == (policy, wait)
    assert sandbox.state()["lists"] == {}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 522, 523, 524, 525, 526, 530])
def test_gateway_pages_are_unavailable_and_a_write_may_have_happened(
    client: HubSpotClient, sandbox: Sandbox, status: int
) -> None:
    sandbox.fault("status", status=status)
    error = error_of(client)
    assert isinstance(error, Unavailable)
    assert error.maybe_written
    assert error.evidence.status == status


def test_a_lost_read_wrote_nothing(client: HubSpotClient, sandbox: Sandbox) -> None:
    sandbox.fault("status", status=502)
    with pytest.raises(Unavailable) as met:
        client.read_contacts(["ana@example.com"])
    assert not met.value.maybe_written


@pytest.mark.parametrize(
    ("kind", "written"),
    [("reset_before", False), ("reset_after", True), ("timeout_after_write", True), ("cut_after", True)],
)
def test_a_broken_answer_may_hide_a_write(
    client: HubSpotClient, sandbox: Sandbox, kind: str, *, written: bool
) -> None:
    sandbox.fault(kind)
    error = error_of(client)
    assert isinstance(error, Unavailable)
    assert error.maybe_written
    assert ("VIP" in sandbox.state()["lists"]) is written
    client.list_by_name("VIP")


def test_an_expired_token_is_transient_and_a_refused_one_is_not(client: HubSpotClient, sandbox: Sandbox) -> None:
    sandbox.fault("token_expired")
    assert isinstance(error_of(client), TokenExpired)
    sandbox.fault("unauthorised")
    assert isinstance(error_of(client), AuthorisationError)


def test_a_missing_scope_asks_for_a_person(sandbox: Sandbox) -> None:
    weak = sandbox.control("POST", "tokens", {"scopes": ["crm.lists.read"]})["token"]
    with HubSpotClient(weak) as client:
        error = error_of(client)
    assert isinstance(error, AuthorisationError)
    assert error.evidence.category == "MISSING_SCOPES"


@pytest.mark.parametrize("status", [400, 409, 414, 422])
def test_other_refusals_are_of_this_one_request(client: HubSpotClient, sandbox: Sandbox, status: int) -> None:
    detail = {"code": "ana@example.com", "in": "Ana Ruiz, Madrid"}
    body = {"message": "ana@example.com is not welcome", "category": "ODD", "errors": [detail]}
    sandbox.fault("status", status=status, body=body)
    error = error_of(client)
    assert isinstance(error, RefusedError)
    assert error.evidence.category == "ODD"
    assert "ana@example.com" not in f"{error} {error.evidence}"
    assert "Ruiz" not in f"{error} {error.evidence}"


@pytest.mark.parametrize("body", [{"results": None}, {"list": {}}, {"unknown": 1}])
def test_a_success_in_another_shape_is_no_success(
    client: HubSpotClient, sandbox: Sandbox, body: dict[str, Any]
) -> None:
    sandbox.fault("status", status=200, body=body)
    assert isinstance(error_of(client), Unavailable)


def test_every_error_names_the_request(client: HubSpotClient, sandbox: Sandbox) -> None:
    sandbox.fault("status", status=400, body={"message": "no"})
    error = error_of(client)
    assert error.evidence.request_id == sandbox.calls()[-1]["correlation_id"]
    assert error.evidence.request_id in str(error)
