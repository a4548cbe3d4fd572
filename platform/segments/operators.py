"""The operators of conditions, by type of attribute: their labels and how many values they take.

A positive operator never matches an empty value. Its negative matches exactly the customers that the positive
does not, including those with an empty value, so that the two together match everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from customer360.engine.interface import DataType


class Operator(StrEnum):
    IS_TRUE = "is_true"
    IS_FALSE = "is_false"
    IS = "is"
    IS_NOT = "is_not"
    BETWEEN = "between"
    NOT_BETWEEN = "not_between"
    GREATER = "greater"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    AFTER = "after"
    BEFORE = "before"
    ON_OR_AFTER = "on_or_after"
    ON_OR_BEFORE = "on_or_before"
    IN_LIST = "in_list"
    NOT_IN_LIST = "not_in_list"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    EXACTLY = "exactly"
    NOT_EXACTLY = "not_exactly"
    EMPTY = "empty"
    NOT_EMPTY = "not_empty"
    IS_NULL = "is_null"
    IS_NOT_NULL = "is_not_null"


class Operands(StrEnum):
    """How many values an operator takes."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"

    def accepts(self, count: int) -> bool:
        return count > 0 if self is Operands.MANY else count == ("none", "one", "two").index(self)


@dataclass(frozen=True, slots=True)
class Meaning:
    """An operator's label, what it takes, and which operator it is the negative of."""

    label: str
    operands: Operands = Operands.ONE
    negates: Operator | None = None


MEANINGS: dict[Operator, Meaning] = {
    Operator.IS_TRUE: Meaning("is true", Operands.NONE),
    Operator.IS_FALSE: Meaning("is false", Operands.NONE),
    Operator.IS: Meaning("is"),
    Operator.IS_NOT: Meaning("is not", negates=Operator.IS),
    Operator.BETWEEN: Meaning("is between", Operands.TWO),
    Operator.NOT_BETWEEN: Meaning("is not between", Operands.TWO, Operator.BETWEEN),
    Operator.GREATER: Meaning("is greater than"),
    Operator.AT_LEAST: Meaning("is greater than or equal to"),
    Operator.LESS: Meaning("is less than"),
    Operator.AT_MOST: Meaning("is less than or equal to"),
    Operator.AFTER: Meaning("is after"),
    Operator.BEFORE: Meaning("is before"),
    Operator.ON_OR_AFTER: Meaning("is on or after"),
    Operator.ON_OR_BEFORE: Meaning("is on or before"),
    Operator.IN_LIST: Meaning("is in list", Operands.MANY),
    Operator.NOT_IN_LIST: Meaning("is not in list", Operands.MANY, Operator.IN_LIST),
    Operator.CONTAINS: Meaning("contains"),
    Operator.NOT_CONTAINS: Meaning("does not contain", negates=Operator.CONTAINS),
    Operator.STARTS_WITH: Meaning("starts with"),
    Operator.ENDS_WITH: Meaning("ends with"),
    Operator.EXACTLY: Meaning("is exactly"),
    Operator.NOT_EXACTLY: Meaning("is not exactly", negates=Operator.EXACTLY),
    Operator.EMPTY: Meaning("is empty", Operands.NONE),
    Operator.NOT_EMPTY: Meaning("is not empty", Operands.NONE, Operator.EMPTY),
    Operator.IS_NULL: Meaning("is NULL", Operands.NONE),
    Operator.IS_NOT_NULL: Meaning("is NOT NULL", Operands.NONE, Operator.IS_NULL),
}

_NULL_TESTS = (Operator.IS_NULL, Operator.IS_NOT_NULL)
_RANGES = (Operator.BETWEEN, Operator.NOT_BETWEEN)
_LISTS = (Operator.IN_LIST, Operator.NOT_IN_LIST)

NUMBERS = (
    Operator.IS,
    Operator.IS_NOT,
    *_RANGES,
    Operator.GREATER,
    Operator.AT_LEAST,
    Operator.LESS,
    Operator.AT_MOST,
    *_LISTS,
    *_NULL_TESTS,
)
DATES = (
    Operator.IS,
    Operator.IS_NOT,
    Operator.AFTER,
    Operator.BEFORE,
    *_RANGES,
    Operator.ON_OR_AFTER,
    Operator.ON_OR_BEFORE,
    *_NULL_TESTS,
)
TEXTS = (
    Operator.CONTAINS,
    Operator.NOT_CONTAINS,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.EXACTLY,
    Operator.NOT_EXACTLY,
    *_LISTS,
    Operator.EMPTY,
    Operator.NOT_EMPTY,
)

BY_TYPE: dict[DataType, tuple[Operator, ...]] = {
    DataType.BOOLEAN: (Operator.IS_TRUE, Operator.IS_FALSE, *_NULL_TESTS),
    DataType.DATE: DATES,
    DataType.DATETIME: DATES,
    DataType.INTEGER: NUMBERS,
    DataType.DECIMAL: NUMBERS,
    DataType.FLOAT: NUMBERS,
    DataType.STRING: TEXTS,
    DataType.OTHER: _NULL_TESTS,
}
