"""A condition as the editor's form posts it. What can't be read is kept as typed, and shown as a problem."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from segments.editor.defaults import about, settled
from segments.errors import SegmentError
from segments.operators import MEANINGS, Operands, Operator
from segments.rules import (
    LONGEST_VALUE,
    MOST_VALUES,
    AggregateCondition,
    AttributeCondition,
    ListCondition,
    Measure,
    MembershipCondition,
    QueryCondition,
    RelativeDate,
    Unit,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from segments.rules import Condition, Value
    from segments.schema import Attribute, Schema

RELATIVE: Mapping[str, RelativeDate] = {
    "today": RelativeDate(ago=0),
    "yesterday": RelativeDate(ago=1),
    "tomorrow": RelativeDate(ago=-1),
}
"""Relative days that are chosen by name, without a number."""
USUAL_AMOUNT = {Unit.DAYS: 30, Unit.MONTHS: 3, Unit.YEARS: 1}


def change_of(condition: Condition, data: QueryDict, schema: Schema) -> Condition:
    """The condition as its form now says it. Raises SegmentError for what no form of ours posts."""
    try:
        match condition:
            case AttributeCondition():
                return _tested(condition, Fields(data))
            case AggregateCondition():
                return _aggregate(condition, Fields(data), schema)
            case MembershipCondition() | ListCondition() | QueryCondition():
                return condition.model_copy(update={"member": data.get("member") == "yes"})
    except (ValidationError, ValueError) as error:
        raise SegmentError("This can't be saved. Reload the page and try again.") from error


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields whose names begin with `prefix`."""

    data: QueryDict
    prefix: str = ""

    def get(self, name: str) -> str:
        return _clean(self.data.get(self.prefix + name, ""))

    def all(self, name: str) -> list[str]:
        return [_clean(value) for value in self.data.getlist(self.prefix + name)]

    def has(self, name: str) -> bool:
        return self.prefix + name in self.data


def _clean(text: object) -> str:
    """The text without the one character that the database can't store."""
    return str(text).replace("\0", "")


def _tested(condition: AttributeCondition, fields: Fields) -> AttributeCondition:
    operator = Operator(fields.get("operator"))
    return AttributeCondition(
        id=condition.id, attribute=condition.attribute, operator=operator, values=_values(operator, fields)
    )


def _aggregate(condition: AggregateCondition, fields: Fields, schema: Schema) -> AggregateCondition:
    operator = Operator(fields.get("operator"))
    changed = AggregateCondition(
        id=condition.id,
        table=condition.table,
        measure=Measure(fields.get("measure")),
        column=fields.get("column") or condition.column,
        window=_window(fields),
        filters=_filters(condition, fields, schema),
        operator=operator,
        values=_values(operator, fields),
    )
    return settled(changed, schema)


def _window(fields: Fields) -> Window:
    if fields.get("window") != "last":
        return Window()
    unit = Unit(fields.get("window-unit") or Unit.DAYS)
    return Window(last=_whole(fields.get("window-last"), USUAL_AMOUNT[unit], least=1), unit=unit)


def _whole(text: str, otherwise: int, *, least: int = 0, most: int = 36500) -> int:
    """`otherwise` where nothing is written. Raises SegmentError for what is no whole number or out of range."""
    text = text.strip()
    if text and not (re.fullmatch(r"\d{1,5}", text) and least <= int(text) <= most):
        raise SegmentError(f"Enter a whole number from {least} to {most:,}. This one was not saved.")
    return int(text) if text else otherwise


def _filters(condition: AggregateCondition, fields: Fields, schema: Schema) -> tuple[AttributeCondition, ...]:
    gone = fields.get("remove-filter")
    kept = [
        _tested(each, Fields(fields.data, f"{each.id}-"))
        for each in condition.filters
        if each.id != gone and fields.has(f"{each.id}-operator")
    ]
    return (*kept, *map(about, _added(condition, fields, schema)))


def _added(condition: AggregateCondition, fields: Fields, schema: Schema) -> list[Attribute]:
    related = schema.related.get(condition.table)
    found = related.attributes.get(fields.get("add-filter")) if related else None
    return [found] if found else []


def _values(operator: Operator, fields: Fields) -> tuple[Value, ...]:
    """The values filled in, as far as the operator takes them: changing the operator loses no value that fits."""
    values = [*_written(fields), *pasted(fields.get("add"))]
    match MEANINGS[operator].operands:
        case Operands.NONE:
            return ()
        case Operands.ONE:
            return tuple(value for value in values[:1] if value != "")
        case Operands.TWO:
            padded = (*values, "", "")[:2]
            return () if padded == ("", "") else padded
        case Operands.MANY:
            return _few(tuple(dict.fromkeys(value for value in values if value != "")))


def _few(values: tuple[Value, ...]) -> tuple[Value, ...]:
    if len(values) > MOST_VALUES:
        raise SegmentError(
            f"A condition can have at most {MOST_VALUES:,} values. Upload a list of customers instead."
        )
    return values


def _written(fields: Fields) -> list[Value]:
    if fields.has("value-0") or fields.has("value-0-mode"):
        numbers = [
            number for number in (0, 1) if fields.has(f"value-{number}") or fields.has(f"value-{number}-mode")
        ]
        return [_one(fields, f"value-{number}") for number in numbers]
    return list(map(_fitting, fields.all("values")))


def mode_of(value: Value) -> str:
    """How a value is given: a named day such as “today”, a number of units from today, or (empty) a text."""
    if not isinstance(value, RelativeDate):
        return ""
    named = next((mode for mode, day in RELATIVE.items() if day == value), "")
    return named or f"{value.unit.value}-{'ago' if value.ago >= 0 else 'ahead'}"


def _one(fields: Fields, name: str) -> Value:
    """A text, a calendar day, or a day relative to today."""
    mode = fields.get(f"{name}-mode")
    if mode in RELATIVE:
        return RELATIVE[mode]
    unit, _, direction = mode.partition("-")
    if direction:
        usual, text = USUAL_AMOUNT[Unit(unit)], fields.get(f"{name}-amount")
        ago = _whole(text, usual) if direction == "ago" else -_whole(text, usual, most=3650)
        return RelativeDate(ago=ago, unit=Unit(unit))
    return _fitting(fields.get(name).strip())


def pasted(text: str) -> list[str]:
    """The values in a text: one per line, or separated by tabs or semicolons; a comma is part of a value."""
    return [_fitting(value.strip()) for value in re.split(r"[\n\r\t;]+", text) if value.strip()]


def _fitting(value: str) -> str:
    """The value as it is: cut, it would find other customers than were asked for."""
    if len(value) > LONGEST_VALUE:
        raise SegmentError(f"A value can have at most {LONGEST_VALUE:,} characters. This one was not saved.")
    return value
