"""Why a delivery waits for a person, in words."""

from __future__ import annotations

from ui import formats

_WORDS = {
    "empty_audience": "The audience is empty. {members} members would be removed.",
    "large_change": "{changed} customers would be added or removed, of {members} before: more than {limit} %.",
    "many_removals": "{removals} members would be removed, more than {limit}.",
    "too_many_calls": "It needs {needed} calls, and today {left} are left.",
    "target_taken": "The list or field at the destination belongs to another audience.",
}


def explain_hold(reason: dict[str, int | str]) -> str:
    numbers = {name: formats.number(value) for name, value in reason.items() if isinstance(value, int)}
    return _WORDS[str(reason["code"])].format(**numbers)
