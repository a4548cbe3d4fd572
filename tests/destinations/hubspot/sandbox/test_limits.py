from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from destinations.hubspot import oauth
from destinations.hubspot.sandbox.clock import Clock
from destinations.hubspot.sandbox.limits import SlidingWindow, next_midnight

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

DETAILS = "/account-info/2026-09/details"
SEARCH = "/crm/objects/2026-09/contacts/search"


def test_a_window_slides_instead_of_starting_again() -> None:
    window = SlidingWindow(2, 10.0)
    assert [window.take(now) for now in (0.0, 9.0, 9.5)] == [True, True, False]
    assert window.take(10.0)
    assert not window.take(18.9)
    assert window.take(19.0)


def test_the_day_ends_at_midnight_in_the_time_zone_of_the_account() -> None:
    evening = datetime(2026, 7, 1, 21, 30, tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(next_midnight(evening, "Europe/London"), UTC) == datetime(
        2026, 7, 1, 23, 0, tzinfo=UTC
    )
    assert datetime.fromtimestamp(next_midnight(evening, "Asia/Tokyo"), UTC) == datetime(
        2026, 7, 2, 15, 0, tzinfo=UTC
    )


def test_the_clock_can_be_moved() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(100)
    assert clock.now() - before >= 100


@pytest.mark.parametrize(("tier", "burst"), [("free", 100), ("professional", 190), ("enterprise", 190)])
def test_a_private_app_has_its_tiers_calls_in_ten_seconds(sandbox: Sandbox, tier: str, burst: int) -> None:
    sandbox.reset(tier=tier)
    statuses = [sandbox.call("GET", DETAILS).status_code for _ in range(burst + 1)]
    assert statuses == [200] * burst + [429]
    sandbox.advance(10.1)
    assert sandbox.call("GET", DETAILS).status_code == 200


def test_a_refusal_names_policy_and_group_and_keeps_the_headers(sandbox: Sandbox) -> None:
    sandbox.reset(tier="free")
    answers = [sandbox.call("GET", DETAILS) for _ in range(101)]
    body = answers[-1].json()
    assert body["message"] == "You have reached your ten_secondly_rolling limit."
    assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
    assert body["groupName"].startswith("publicapi:private_app-api-calls-ten-secondly:")
    assert body["groupName"].endswith(f":{sandbox.account.portal}")
    assert answers[-1].headers["X-HubSpot-RateLimit-Remaining"] == "0"
    assert "Retry-After" not in answers[-1].headers


def test_the_other_spelling_of_a_refusal_and_a_wait_are_switches(sandbox: Sandbox) -> None:
    sandbox.reset(tier="free")
    sandbox.switch(rate_limit_as_category=True, retry_after_on_429=True)
    last = [sandbox.call("GET", DETAILS) for _ in range(101)][-1]
    assert last.json()["category"] == "RATE_LIMITS"
    assert "errorType" not in last.json()
    assert last.headers["Retry-After"] == "10"


def test_oauth_tokens_have_110_whatever_the_tier_and_no_daily_headers(sandbox: Sandbox) -> None:
    sandbox.reset(tier="enterprise")
    token = oauth.refresh(sandbox.install()).access_token
    answers = [sandbox.call("GET", DETAILS, token=token) for _ in range(111)]
    assert [answer.status_code for answer in answers] == [200] * 110 + [429]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "110"
    assert "X-HubSpot-RateLimit-Daily" not in answers[0].headers
    assert sandbox.call("GET", DETAILS).status_code == 200


def test_normal_answers_carry_the_windows_in_their_headers(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True)
    headers = [sandbox.call("GET", DETAILS).headers for _ in range(2)][-1]
    assert {name: headers[name] for name in headers if name.startswith("X-HubSpot-RateLimit")} == {
        "X-HubSpot-RateLimit-Max": "190",
        "X-HubSpot-RateLimit-Remaining": "188",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Daily": "625000",
        "X-HubSpot-RateLimit-Daily-Remaining": "624998",
        "X-HubSpot-RateLimit-Secondly": "19",
        "X-HubSpot-RateLimit-Secondly-Remaining": "19",
    }


def test_the_day_is_shared_by_all_private_apps_and_ends(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True)
    sandbox.control("POST", "limits", {"usedToday": 624_999})
    second = sandbox.control("POST", "tokens", {})["token"]
    assert sandbox.call("GET", DETAILS, token=second).status_code == 200
    refused = sandbox.call("GET", DETAILS)
    assert refused.status_code == 429
    assert refused.json()["policyName"] == "DAILY"
    assert refused.json()["message"] == "You have reached your daily limit."
    sandbox.advance(86_400)
    assert sandbox.call("GET", DETAILS).status_code == 200


def test_whether_refused_calls_count_in_the_day_is_a_switch(sandbox: Sandbox) -> None:
    sandbox.reset(tier="free")
    for _ in range(105):
        sandbox.call("GET", DETAILS)
    assert daily(sandbox) == 100
    sandbox.switch(rejected_calls_count_in_daily=True)
    for _ in range(105):
        sandbox.call("GET", DETAILS)
    assert daily(sandbox) == 206


def daily(sandbox: Sandbox) -> int:
    sandbox.advance(10.1)
    answer = sandbox.call("GET", "/account-info/2026-09/api-usage/daily/private-apps")
    used: int = answer.json()["results"][0]["currentUsage"]
    return used - 1


def test_the_daily_usage_may_lag(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True, daily_usage_lag_calls=5)
    sandbox.control("POST", "limits", {"usedToday": 99})
    usage = sandbox.call("GET", "/account-info/v3/api-usage/daily/private-apps").json()["results"][0]
    assert (usage["currentUsage"], usage["fetchStatus"], usage["usageLimit"]) == (95, "CACHED", 625_000)
    assert usage["name"] == "private-apps-api-calls-daily"


def test_search_has_five_a_second_of_its_own_and_no_headers(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True)
    answers = [sandbox.call("POST", SEARCH, {"filterGroups": []}) for _ in range(40)]
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["policyName"] == "SECONDLY"
    assert refused.json()["message"] == "You have reached your secondly limit."
    assert not [name for name in refused.headers if "RateLimit" in name]
    assert sandbox.call("GET", DETAILS).headers["X-HubSpot-RateLimit-Remaining"] == "189"


def test_switched_off_nothing_is_counted(sandbox: Sandbox) -> None:
    answers = [sandbox.call("GET", DETAILS) for _ in range(200)]
    assert {answer.status_code for answer in answers} == {200}
    assert "X-HubSpot-RateLimit-Max" not in answers[0].headers
