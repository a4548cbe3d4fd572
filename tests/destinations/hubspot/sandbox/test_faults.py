"""When a fault strikes; what each kind does to a caller is in tests/destinations/hubspot/test_faults.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

DETAILS = "/account-info/2026-09/details"
LISTS = "/crm/lists/2026-09"


def statuses(sandbox: Sandbox, calls: int) -> list[int]:
    return [sandbox.call("GET", DETAILS).status_code for _ in range(calls)]


def test_a_fault_strikes_once_after_some_calls(sandbox: Sandbox) -> None:
    sandbox.fault("status", status=503, after=2)
    assert statuses(sandbox, 4) == [200, 200, 503, 200]


def test_a_fault_strikes_as_often_as_it_is_told(sandbox: Sandbox) -> None:
    sandbox.fault("locked", count=2)
    assert statuses(sandbox, 3) == [423, 423, 200]
    sandbox.fault("migrating", count=0, retry_after=60)
    assert statuses(sandbox, 3) == [477] * 3
    assert sandbox.call("GET", DETAILS).headers["Retry-After"] == "60"
    sandbox.control("DELETE", "faults")
    assert statuses(sandbox, 1) == [200]


def test_a_fault_strikes_only_the_calls_that_it_names(sandbox: Sandbox) -> None:
    sandbox.fault("status", method="PUT", path="*/memberships/add", status=502)
    assert statuses(sandbox, 1) == [200]
    assert sandbox.call("PUT", f"{LISTS}/1/memberships/add", []).status_code == 502


def test_a_fault_strikes_by_chance(sandbox: Sandbox) -> None:
    sandbox.fault("status", status=503, probability=0.5, count=0)
    assert set(statuses(sandbox, 40)) == {200, 503}


def test_a_fault_strikes_within_its_window(sandbox: Sandbox) -> None:
    sandbox.fault("status", status=503, count=0, first_second=1000, last_second=2000)
    assert statuses(sandbox, 1) == [200]
    sandbox.advance(1500)
    assert statuses(sandbox, 1) == [503]
    sandbox.advance(1500)
    assert statuses(sandbox, 1) == [200]


def test_gateways_answer_in_html(sandbox: Sandbox) -> None:
    sandbox.fault("status", status=504)
    answer = sandbox.call("GET", DETAILS)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(("kind", "written"), [("reset_before", False), ("reset_after", True)])
def test_a_reset_comes_before_or_after_the_write(sandbox: Sandbox, kind: str, *, written: bool) -> None:
    sandbox.fault(kind, method="POST")
    body = {"name": "VIP", "objectTypeId": "0-1", "processingType": "MANUAL"}
    with pytest.raises(requests.ConnectionError):
        sandbox.call("POST", LISTS, body)
    assert ("VIP" in sandbox.state()["lists"]) is written


@pytest.mark.parametrize("kind", ["bad_refresh_token", "bad_hub"])
def test_the_token_endpoint_fails_on_request(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault(kind, path="/oauth/*")
    answer = sandbox.session.post(f"{sandbox.url}/oauth/2026-09/token", data={}, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["status"] == kind.upper()


def test_a_fault_may_only_make_the_answer_late(sandbox: Sandbox) -> None:
    sandbox.fault("latency", delay_ms=30)
    assert statuses(sandbox, 1) == [200]
    assert sandbox.calls()[-1]["milliseconds"] >= 30


def test_every_answer_can_be_late(sandbox: Sandbox) -> None:
    sandbox.switch(latency_ms=20)
    statuses(sandbox, 2)
    assert min(call["milliseconds"] for call in sandbox.calls()) >= 20


@pytest.mark.parametrize("rule", [{"kind": "odd"}, {"kind": "locked", "odd": 1}, {}])
def test_a_rule_that_makes_no_sense_is_refused(sandbox: Sandbox, rule: dict[str, object]) -> None:
    answer = sandbox.session.post(f"{sandbox.url}/_sandbox/faults", json=rule, timeout=60)
    assert answer.status_code == 400
    assert statuses(sandbox, 1) == [200]


def test_a_switch_that_does_not_exist_changes_nothing(sandbox: Sandbox) -> None:
    for wrong in ({"odd": 1}, {"limits": "no"}, {"multi_status": False, "odd": 1}):
        assert sandbox.session.post(f"{sandbox.url}/_sandbox/switches", json=wrong, timeout=60).status_code == 400
    assert sandbox.control("GET", "switches")["multi_status"] is True


def test_the_calls_are_counted_without_bodies_or_queries(sandbox: Sandbox) -> None:
    sandbox.call("GET", "/crm/objects/2026-09/contacts/ana%40example.com?idProperty=email")
    shown = sandbox.control("GET", "calls")
    assert shown["counts"] == [
        {"method": "GET", "route": "/crm/objects/{type}/{id}", "status": 404, "calls": 1},
    ]
    assert "example.com" not in str(shown)
