"""Which parts of the editor a response renders: those where the new rules differ from what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments.compiler import PARTS
from segments.editor.merging import changed, contents, facts
from segments.editor.posted import mode_of
from segments.operators import MEANINGS, Operands
from segments.rules import AggregateCondition, AttributeCondition

if TYPE_CHECKING:
    from segments.rules import Rules


@dataclass(frozen=True, slots=True)
class Changed:
    """Names of parts and ids of sections and conditions to render again; none is inside another."""

    parts: frozenset[str]
    sections: frozenset[str]
    conditions: frozenset[str]


def changed_between(shown: Rules, rules: Rules, *, typed: str = "") -> Changed:
    """`typed` is the condition whose form was just filled in: it is rendered again only if its fields are new."""
    before, after = facts(shown), facts(rules)
    inner_before, inner_after = contents(shown), contents(rules)
    moved = changed(inner_before, inner_after)
    different = changed(before, after)
    if typed and typed in different and _same_fields(before.get(typed), after.get(typed)):
        different.discard(typed)
    parts = {part for part in PARTS if part in moved | different}
    within = {inner for part in parts for inner in inner_after[part]}
    sections = {name for name in (moved | different) - within if name in inner_after and name not in PARTS}
    within |= {inner for section in sections | within for inner in inner_after.get(section, ())}
    conditions = {name for name in different - within if name in after and name not in inner_after}
    return Changed(frozenset(parts), frozenset(sections), frozenset(conditions))


def _same_fields(before: object, after: object) -> bool:
    return fields_of(before) == fields_of(after)


def fields_of(condition: object) -> object:
    """The fields there are to fill in: equal where only what was typed differs."""
    match condition:
        case AttributeCondition():
            return condition.operator, _kinds(condition)
        case AggregateCondition():
            filters = tuple((each.id, fields_of(each)) for each in condition.filters)
            everything = condition.window.last is None
            return condition.measure, condition.column, everything, filters, condition.operator, _kinds(condition)
        case _:
            return ()


def _kinds(condition: AttributeCondition | AggregateCondition) -> object:
    """For chips the values themselves; for values in fields the kind of each field."""
    match MEANINGS[condition.operator].operands:
        case Operands.MANY:
            return condition.values
        case Operands.NONE:
            return ()
        case one_or_two:
            wanted = 2 if one_or_two is Operands.TWO else 1
            return tuple(mode_of(value) for value in [*condition.values, "", ""][:wanted])
