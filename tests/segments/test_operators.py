"""The operators that people choose from, type by type and in order."""

from __future__ import annotations

import pytest

from customer360.engine import DataType
from segments.editor.shown import DAY_MODES
from segments.operators import BY_TYPE, MEANINGS

NULL_TESTS = ["is NULL", "is NOT NULL"]
LISTS = ["is in list", "is not in list"]
DATES = [
    "is",
    "is not",
    "is after",
    "is before",
    "is between",
    "is not between",
    "is on or after",
    "is on or before",
]
NUMBERS = [
    *("is", "is not", "is between", "is not between", "is greater than", "is greater than or equal to"),
    *("is less than", "is less than or equal to"),
]
TEXTS = [
    *("contains", "does not contain", "starts with", "ends with", "is exactly", "is not exactly", *LISTS),
    *("is empty", "is not empty"),
]
OFFERED = {
    DataType.BOOLEAN: ["is true", "is false", *NULL_TESTS],
    DataType.DATE: [*DATES, *NULL_TESTS],
    DataType.DATETIME: [*DATES, *NULL_TESTS],
    DataType.INTEGER: [*NUMBERS, *LISTS, *NULL_TESTS],
    DataType.DECIMAL: [*NUMBERS, *LISTS, *NULL_TESTS],
    DataType.FLOAT: [*NUMBERS, *LISTS, *NULL_TESTS],
    DataType.STRING: TEXTS,
    DataType.OTHER: NULL_TESTS,
}


@pytest.mark.parametrize("kind", DataType)
def test_each_type_has_its_operators(kind: DataType) -> None:
    assert [MEANINGS[operator].label for operator in BY_TYPE[kind]] == OFFERED[kind]


def test_a_day_is_given_by_date_or_seen_from_today() -> None:
    assert {"today", "yesterday", "tomorrow", "days ago", "months ago", "years ago"} <= set(DAY_MODES.values())
