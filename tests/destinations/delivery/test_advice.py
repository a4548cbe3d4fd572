"""Every code that a row, a wait or an ending can have has words for people, and says what to do next."""

from __future__ import annotations

import ast
import re
from itertools import chain
from pathlib import Path

import pytest

import destinations
from customer360 import email
from destinations.delivery import advice, compare, endings, guards, shape
from destinations.delivery.models import Delivery
from destinations.delivery.outcomes import Status
from destinations.hubspot.failures import MIGRATING, failure_of

PACKAGE = Path(destinations.__file__).parent
VALUE_CODES = (
    *("INVALID_EMAIL", "PROPERTY_DOESNT_EXIST", "INVALID_OPTION", "INVALID_INTEGER", "INVALID_LONG"),
    *("INVALID_DATE", "INVALID_OWNER_ID", "READ_ONLY_VALUE"),
)
"""What HubSpot says of a value, by its documentation and recorded answers."""
CATEGORIES = {
    # status, body: how a delivery ends that meets it
    (400, "VALIDATION_ERROR"): "refused",
    (400, ""): "refused",
    (401, "INVALID_AUTHENTICATION"): "authorisation",
    (401, "EXPIRED_AUTHENTICATION"): "unavailable",  # after a fresh token did not help for half an hour
    (403, "MISSING_SCOPES"): "authorisation",
    (404, "OBJECT_NOT_FOUND"): "configuration",
    (409, "CONFLICT"): "refused",
    (409, "OBJECT_ALREADY_EXISTS"): "refused",
    (414, ""): "refused",
    (423, ""): "unavailable",
    (429, "RATE_LIMITS"): "unavailable",
    (MIGRATING, ""): "unavailable",
    (500, ""): "unavailable",
    (502, ""): "unavailable",
    (503, ""): "unavailable",
    (504, ""): "unavailable",
    (524, ""): "unavailable",
}
OAUTH = {
    "BAD_REFRESH_TOKEN": "authorisation",
    "BAD_HUB": "authorisation",
    "BAD_AUTH_CODE": "authorisation",
    "BAD_CLIENT_ID": "configuration",
    "BAD_CLIENT_SECRET": "configuration",
    "BAD_REDIRECT_URI": "configuration",
    "BAD_CODE_VERIFIER": "configuration",
    "BAD_GRANT_TYPE": "configuration",
    "BAD_SCOPES": "configuration",
}


def trees(package: Path) -> list[ast.AST]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py")]


def codes_of_guards() -> set[str]:
    """Each `"code": …` that the guards can yield, read from their source."""
    tree = ast.parse(Path(guards.__file__).read_text(encoding="utf-8"))
    pairs = [
        (key, value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    return {
        str(value.value)
        for key, value in pairs
        if isinstance(key, ast.Constant) and key.value == "code" and isinstance(value, ast.Constant)
    }


def codes_of_rows() -> set[str]:
    """Each `reason="…"` that the engine or a connector gives a row, read from their source."""
    nodes = chain.from_iterable(map(ast.walk, trees(PACKAGE / "delivery") + trees(PACKAGE / "hubspot")))
    keywords = [keyword for node in nodes if isinstance(node, ast.Call) for keyword in node.keywords]
    return {
        str(keyword.value.value)
        for keyword in keywords
        if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
    }


def codes_of_plans() -> set[str]:
    """Those that the comparison with the ledger gives, read from its SQL."""
    reasons = re.search(
        r"CASE(?:(?!CASE).)*END AS why", Path(compare.__file__).read_text(encoding="utf-8"), re.DOTALL
    )
    assert reasons, "the SQL is not read as it was"
    return set(re.findall(r"THEN '(\w+)'", reasons[0]))


def test_every_code_of_a_row_has_words() -> None:
    codes = codes_of_rows()
    assert {"no_answer", "vanished", "gone_already"} <= codes, "the source is not read as it was"
    assert codes | codes_of_plans() | {shape.REQUIRED} | set(shape.UNFIT.values()) | set(email.REASONS) | set(
        VALUE_CODES
    ) <= set(advice.ROWS)


def test_every_outcome_has_words_also_without_a_reason() -> None:
    assert set(advice.OUTCOMES) == set(Status)
    assert all(advice.explain("", status).what for status in Status)
    undelivered = {Status.FAILED, Status.INVALID, Status.NOT_FOUND, Status.DUPLICATE, Status.NOT_SENT}
    assert all(advice.OUTCOMES[status].todo for status in undelivered)


@pytest.mark.parametrize("code", VALUE_CODES)
def test_hubspot_s_codes_are_told_in_words_with_a_next_step(code: str) -> None:
    told = advice.explain(f"{code}:city")
    assert code not in told.what
    assert "{" not in told.what
    assert told.todo


def test_a_code_that_nobody_foresaw_is_shown_as_it_is() -> None:
    assert advice.explain("SOMETHING_NEW:city").what == "The destination refused “city” (SOMETHING_NEW)."


@pytest.mark.parametrize(("status", "category"), CATEGORIES)
def test_every_answer_of_hubspot_ends_in_words_and_a_next_step(status: int, category: str) -> None:
    error = failure_of(status, {"category": category} if category else {}, {}, writes=True, request_id="9c1f")
    code = endings.code_of(error)
    assert code == CATEGORIES[status, category]
    words = advice.told(Delivery(status=Delivery.Status.FAILED, error_code=code, error=error.message))
    assert str(status) in str(error)
    assert str(status) not in words
    assert words == f"{error.message} {advice.ENDINGS[code].todo}"
    if category not in {"EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION", "MISSING_SCOPES", "RATE_LIMITS", ""}:
        assert advice.explain(category).what != advice.explain("UNHEARD_OF").what.replace("UNHEARD_OF", category)


@pytest.mark.parametrize("policy", ["TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"])
def test_limits_end_a_delivery_only_as_unavailable(policy: str) -> None:
    error = failure_of(429, {"errorType": "RATE_LIMIT", "policyName": policy}, {}, writes=True, request_id="")
    assert endings.code_of(error) == "unavailable"


@pytest.mark.parametrize("code", OAUTH)
def test_every_code_of_the_token_endpoint_ends_in_a_next_step(code: str) -> None:
    error = failure_of(400, {"status": code}, {}, writes=False, request_id="")
    assert endings.code_of(error) == OAUTH[code]


def test_every_error_has_a_next_step() -> None:
    assert set(advice.ENDINGS) == {code for _error, code in endings.CODES} | {advice.UNKNOWN}
    assert all(ending.what and ending.todo for ending in advice.ENDINGS.values())


def test_every_reason_to_wait_has_words_and_a_next_step() -> None:
    assert codes_of_guards() <= set(advice.HOLDS)
    assert all(hold.what and hold.todo for hold in advice.HOLDS.values())


@pytest.mark.parametrize("code", sorted(advice.ENDINGS))
def test_what_happened_comes_before_what_to_do(code: str) -> None:
    delivery = Delivery(status=Delivery.Status.FAILED, error_code=code, error="It broke.")
    assert advice.told(delivery) == f"It broke. {advice.ENDINGS[code].todo}"


def test_a_held_delivery_says_why_and_what_to_do() -> None:
    delivery = Delivery(status=Delivery.Status.HELD, held_for=[{"code": "empty_audience", "members": 1200}])
    words = advice.told(delivery)
    assert words.startswith("The audience is empty. 1")
    assert words.endswith("let the delivery continue.")


def test_all_is_well_needs_no_words() -> None:
    assert advice.told(Delivery(status=Delivery.Status.COMPLETED)) == ""
