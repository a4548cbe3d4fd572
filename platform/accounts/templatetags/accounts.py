from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django import template

from ui import formats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from accounts.access import Access
    from accounts.policies import Action, Policy

register = template.Library()
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""How the audit stores a date and time."""


class Withheld(Protocol):
    """What personal data may have decided: a delivery, a table."""

    def is_withheld_from(self, access: Access) -> bool: ...


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change in an audit event; `before` is None where nothing was replaced."""

    label: str
    before: str | None
    after: str


@register.filter
def can(access: Access, action: str) -> bool:
    """`{% if access|can:"segment:edit" %}`"""
    return access.can(action)


@register.filter
def withheld_from(thing: Withheld, access: Access) -> bool:
    """Whether this person may see neither who is in it nor how many: `{% if delivery|withheld_from:access %}`."""
    return thing.is_withheld_from(access)


@register.filter
def allowed_by(action: Action, policy: Policy) -> bool:
    return action.allowed_by(policy)


@register.inclusion_tag("accounts/changes.html")
def changes(change: Mapping[str, Any]) -> dict[str, Any]:
    """What an audit event changed: `{"before": {…}, "after": {…}}` side by side, anything else line by line."""
    return {"lines": list(_compared(change) if set(change) == {"before", "after"} else _listed(change))}


def _compared(change: Mapping[str, Any]) -> Iterator[ChangeLine]:
    before, after = change["before"], change["after"]
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            yield ChangeLine(_label(key), _words(before.get(key)), _words(after.get(key)))


def _listed(change: Mapping[str, Any]) -> Iterator[ChangeLine]:
    for key, value in change.items():
        yield ChangeLine(_label(key), None, _words(value))


def _label(key: str) -> str:
    """Names of fields as words; names that people gave, such as those of tables, as they are."""
    return key.replace("_", " ") if key.islower() else key


def _words(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{_label(key)}: {_words(each) or 'nothing'}" for key, each in value.items())
        case list():
            return ("; " if any(isinstance(each, dict) for each in value) else ", ").join(map(_words, value))
        case str() if MOMENT.fullmatch(value):
            return formats.moment(datetime.fromisoformat(value))
    return str(value)
