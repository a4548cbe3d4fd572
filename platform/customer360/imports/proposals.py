"""What a file's columns probably are: their types, meanings, and whether they are personal data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from customer360.engine import DataType
from customer360.semantics import PERSONAL, Semantic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DATE_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d")
DATETIME_FORMATS = tuple(
    f"{date}{gap}{time}" for date in DATE_FORMATS for gap in " T" for time in ("%H:%M:%S", "%H:%M")
)
DECIMAL_COMMA = ","
DECIMAL_POINT = "."
FRACTIONS = frozenset({DataType.DECIMAL, DataType.FLOAT})

_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"[+-]?\d{1,14}(\.\d{1,4})?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,14}(,\d{1,4})?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})*")
_POINTED_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_BOOLEANS = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MOSTLY = 0.8

_MEANINGS: tuple[tuple[str, Semantic], ...] = (
    (r"e_?mail(_?address)?", Semantic.EMAIL),
    (r"(customer|client|person|member|amperity)_?(id|key|number|no)", Semantic.CUSTOMER_KEY),
    (r"(order|invoice|transaction)_?(id|key|number|no)", Semantic.ORDER_ID),
    (r"(order|invoice|transaction|purchase)(e?d)?_?(at|on|date|time|datetime)", Semantic.ORDER_TIME),
    (r"(order_?)?(value|revenue|total|amount)", Semantic.ORDER_VALUE),
    (r"units|quantity|qty", Semantic.ORDER_QUANTITY),
    (r"(first|given|fore)_?name", Semantic.GIVEN_NAME),
    (r"(last|family|sur)_?name", Semantic.SURNAME),
    (r"(full_?)?name", Semantic.FULL_NAME),
    (r"(tele)?phone(_?(no|number))?|mobile(_?(no|number|phone))?", Semantic.PHONE),
    (r"birth_?(date|day)|date_?of_?birth|dob", Semantic.BIRTHDATE),
    (r"gender|sex", Semantic.GENDER),
    (r"(street_?)?address(_?(line_?)?\d)?|street", Semantic.ADDRESS),
    (r"post_?(al_?)?code|zip(_?code)?|postal", Semantic.POSTAL),
    (r"city|town", Semantic.CITY),
    (r"state|province|region|county", Semantic.STATE),
    (r"country(_?code)?", Semantic.COUNTRY),
)
_SPELLED_BY_DIGITS = frozenset({Semantic.PHONE, Semantic.POSTAL})
"""Meanings whose values look like numbers but are not: a leading zero or plus sign matters."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A type, and the format of its values if unusual.

    The format of numbers is their decimal sign; empty if none of them has any, and not sure if all could be
    thousands, such as 1.000.
    """

    type: DataType
    format: str = ""
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What a column of a file probably is; an operator confirms or changes it."""

    name: str
    guess: Guess
    semantic: Semantic | None
    is_pii: bool


def propose(name: str, values: Iterable[str]) -> ColumnProposal:
    """A proposal for a column with these values as written."""
    written = [value.strip() for value in values if value.strip()]
    semantic = _semantic(name, written)
    guess = Guess(DataType.STRING) if semantic in _SPELLED_BY_DIGITS else _guess(written)
    return ColumnProposal(name, guess, semantic, is_personal(semantic))


def propose_typed(name: str, kind: DataType, values: Iterable[object]) -> ColumnProposal:
    """A proposal for a column whose type is known."""
    present = [value for value in values if value is not None]
    semantic = _semantic(name, [value for value in present if isinstance(value, str)])
    return ColumnProposal(name, Guess(_type_that_holds(present, kind)), semantic, is_personal(semantic))


def _type_that_holds(values: Iterable[object], kind: DataType) -> DataType:
    """The type itself, or if it is too narrow for a value, the one that loses least."""
    if kind is DataType.INTEGER and not all(-(2**63) <= int(str(value)) < 2**63 for value in values):
        return DataType.STRING
    if kind is DataType.DECIMAL and not all(_is_held_exactly(Decimal(str(value))) for value in values):
        return DataType.FLOAT
    return kind


def _is_held_exactly(value: Decimal) -> bool:
    """Decimal numbers have at most 14 digits before the point and four after it."""
    return abs(value) < 10**14 and value == round(value, 4)


def is_personal(semantic: Semantic | None) -> bool:
    return semantic in PERSONAL


def _semantic(name: str, values: Sequence[str]) -> Semantic | None:
    said = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).strip("_").lower()
    for pattern, semantic in _MEANINGS:
        if re.fullmatch(pattern, said):
            return semantic
    if values and sum(bool(_EMAIL.fullmatch(value)) for value in values) >= _MOSTLY * len(values):
        return Semantic.EMAIL
    return None


def _guess(values: Sequence[str]) -> Guess:
    if not values:
        return Guess(DataType.STRING)
    for kind, fits in _TESTS:
        if all(map(fits, values)):
            return _fractions(kind, values) if kind in FRACTIONS else Guess(kind)
    if _have_decimal_commas(values):
        return Guess(DataType.DECIMAL, DECIMAL_COMMA)
    for kind, formats in ((DataType.DATE, DATE_FORMATS), (DataType.DATETIME, DATETIME_FORMATS)):
        for form in formats:
            if all(_is_written(value, form) for value in values):
                return Guess(kind, form)
    return Guess(DataType.STRING)


def _fractions(kind: DataType, values: Sequence[str]) -> Guess:
    pointed = [value for value in values if DECIMAL_POINT in value]
    is_sure = not all(map(_POINTED_THOUSANDS.fullmatch, pointed))
    return Guess(kind, DECIMAL_POINT if pointed else "", is_sure)


def _have_decimal_commas(values: Sequence[str]) -> bool:
    """Whether these are numbers such as 10,50; False where each could be in thousands, such as 1,234."""
    return all(map(_DECIMAL_COMMA.fullmatch, values)) and not all(map(_THOUSANDS.fullmatch, values))


def _is_boolean(value: str) -> bool:
    return value.lower() in _BOOLEANS


def _is_float(value: str) -> bool:
    leading_zero = re.match(r"[+-]?0\d", value)
    return leading_zero is None and re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", value) is not None


def _is_decimal(value: str) -> bool:
    return _is_float(value) and _DECIMAL.fullmatch(value) is not None


def _is_date(value: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None and _parses(value)


def _is_datetime(value: str) -> bool:
    return re.match(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}", value) is not None and _parses(value)


def _parses(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_written(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007  only its form matters
    except ValueError:
        return False
    return True


_TESTS: tuple[tuple[DataType, Callable[[str], bool]], ...] = (
    (DataType.BOOLEAN, _is_boolean),
    (DataType.INTEGER, lambda value: _INTEGER.fullmatch(value) is not None),
    (DataType.DECIMAL, _is_decimal),
    (DataType.FLOAT, _is_float),
    (DataType.DATE, _is_date),
    (DataType.DATETIME, _is_datetime),
)
