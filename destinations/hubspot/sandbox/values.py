"""The rules for property values, and the form in which they are stored."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox import emails
from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.errors import Problem
from destinations.hubspot.sandbox.store.standard import LIFECYCLE_STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from destinations.hubspot.sandbox.store.properties import Property, Rule

LONGEST_VALUE = 65_536
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
DAY_MS = 86_400_000
MESSAGES = {
    "en": {
        "INVALID_EMAIL": "Email address {value} is invalid",
        "INVALID_OPTION": "{value} was not one of the allowed options: {allowed}",
        "INVALID_LONG": "{value} was not a valid number.",
        "INVALID_DATE": "{value} is not a valid date.",
        "NOT_MIDNIGHT": "{value} is at {time} UTC, not midnight!",
        "READ_ONLY_VALUE": '"{name}" is a calculated property; its value cannot be set.',
        "PROPERTY_DOESNT_EXIST": 'Property "{name}" does not exist',
        "VALUE_TOO_LONG": "The value of {name} is longer than {limit} characters",
        "RULE": "The value of {name} breaks the rule {rule}",
        "REQUIRED": "{name} is required to create a contact",
    },
    "pt": {
        "INVALID_EMAIL": "O endereço de e-mail {value} é inválido",
        "INVALID_OPTION": "{value} não é uma das opções permitidas: {allowed}",
        "INVALID_LONG": "{value} não é um número válido.",
        "INVALID_DATE": "{value} não é uma data válida.",
    },
}


def text_of(value: Any) -> str:
    """A JSON value as the string HubSpot stores; null clears, like the empty string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


class RefusedValueError(Exception):
    """A value that does not fit: its code, the message's key and the message's parameters."""

    def __init__(self, code: str, message: str = "", **named: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or code
        self.named = named

    def problem(self, name: str, value: str, language: str) -> Problem:
        texts = MESSAGES["en"] | MESSAGES.get(language, {})
        return Problem(name, self.code, texts[self.message].format(name=name, value=value, **self.named))


def kept(definition: Property | None, value: str) -> str:
    """The value as stored; raises RefusedValueError. The empty string clears, whatever the type."""
    if definition is None or definition.is_archived:
        raise RefusedValueError("PROPERTY_DOESNT_EXIST")
    if not definition.is_writable:
        raise RefusedValueError("READ_ONLY_VALUE")
    if not value:
        return value
    if definition.name == "email":
        return _email(value)
    return KEEPERS[definition.type](definition, value)


def _email(value: str) -> str:
    if not emails.is_valid(value):
        raise RefusedValueError("INVALID_EMAIL")
    return value.lower()


def _text(_definition: Property, value: str) -> str:
    if len(value) > LONGEST_VALUE:
        raise RefusedValueError("VALUE_TOO_LONG", limit=LONGEST_VALUE)
    return value


def _number(_definition: Property, value: str) -> str:
    if not NUMBER.fullmatch(value):
        raise RefusedValueError("INVALID_LONG")
    return value


def _moment(value: str) -> int:
    """Milliseconds since 1970 of epoch milliseconds or ISO 8601; no zone means UTC."""
    if re.fullmatch(r"-?\d{5,}", value):
        return int(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise RefusedValueError("INVALID_DATE") from error
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)


def _datetime(_definition: Property, value: str) -> str:
    return timestamp(_moment(value))


def _date(_definition: Property, value: str) -> str:
    moment = _moment(value)
    if moment % DAY_MS:
        raise RefusedValueError("INVALID_DATE", "NOT_MIDNIGHT", time=timestamp(moment)[11:-1])
    return date.fromisoformat(timestamp(moment)[:10]).isoformat()


def _enumeration(definition: Property, value: str) -> str:
    several = definition.field_type == "checkbox"
    for chosen in value.strip(";").split(";") if several else (value,):
        if chosen not in definition.options:
            raise RefusedValueError("INVALID_OPTION", allowed=f"[{', '.join(definition.options)}]")
    return value


def _bool(_definition: Property, value: str) -> str:
    if value not in {"true", "false"}:
        raise RefusedValueError("INVALID_OPTION", allowed="[true, false]")
    return value


KEEPERS = {
    "string": _text,
    "phone_number": _text,
    "number": _number,
    "date": _date,
    "datetime": _datetime,
    "enumeration": _enumeration,
    "bool": _bool,
}


def broken_rules(rules: Iterable[Rule], values: dict[str, str], *, creating: bool, language: str) -> list[Problem]:
    """The administrators' rules that a write would break; they apply to API writes as well."""
    return [
        RefusedValueError(
            "FAILED_VALIDATION_RULE", "REQUIRED" if rule.type == "REQUIRED" else "RULE", rule=rule.type
        ).problem(rule.property, values.get(rule.property, ""), language)
        for rule in rules
        if _breaks(rule, values.get(rule.property, ""), creating=creating)
    ]


def _breaks(rule: Rule, value: str, *, creating: bool) -> bool:
    if rule.type == "REQUIRED":
        return creating and not value
    return bool(value) and not PASSES[rule.type](value, rule.arguments[0])


PASSES: dict[str, Callable[[str, str], bool]] = {
    "MIN_LENGTH": lambda value, argument: len(value) >= int(argument),
    "MAX_LENGTH": lambda value, argument: len(value) <= int(argument),
    "MIN_NUMBER": lambda value, argument: float(value) >= float(argument),
    "MAX_NUMBER": lambda value, argument: float(value) <= float(argument),
    "REGEX": lambda value, argument: bool(re.fullmatch(argument, value)),
}


def merged_value(definition: Property, before: str, given: str) -> str:
    """The stored value when `given` is written over `before`: appended options, stages that only move forward."""
    if definition.field_type == "checkbox" and given.startswith(";"):
        chosen = [*before.split(";"), *given.split(";")]
        return ";".join(dict.fromkeys(filter(None, chosen)))
    if definition.name == "lifecyclestage" and before in LIFECYCLE_STAGES and given in LIFECYCLE_STAGES:
        return max(before, given, key=LIFECYCLE_STAGES.index)
    return given
