"""Every code that a delivery can end or wait with has words for people, and says what to do next."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from destinations.delivery import advice, endings, guards, holds
from destinations.delivery.models import Delivery


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


def test_every_error_has_a_next_step() -> None:
    codes = {code for _error, code in endings.CODES} | {endings.UNKNOWN}
    assert set(advice.AFTER_ERRORS) == codes


def test_every_reason_to_wait_has_words_and_a_next_step() -> None:
    assert codes_of_guards() <= set(holds._WORDS)
    assert set(advice.AFTER_HOLDS) == set(holds._WORDS)


@pytest.mark.parametrize("code", sorted(advice.AFTER_ERRORS))
def test_what_happened_comes_before_what_to_do(code: str) -> None:
    delivery = Delivery(status=Delivery.Status.FAILED, error_code=code, error="It broke.")
    assert advice.told(delivery) == f"It broke. {advice.AFTER_ERRORS[code]}"


def test_a_held_delivery_says_why_and_what_to_do() -> None:
    delivery = Delivery(status=Delivery.Status.HELD, held_for=[{"code": "empty_audience", "members": 1200}])
    words = advice.told(delivery)
    assert words.startswith("The audience is empty. 1")
    assert words.endswith("let the delivery go on.")


def test_all_is_well_needs_no_words() -> None:
    assert advice.told(Delivery(status=Delivery.Status.COMPLETED)) == ""
