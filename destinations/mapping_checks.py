"""Whether a mapping can work, checked before it is saved: one sentence per problem, none when it can."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from destinations.delivery.specs import FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from destinations.mappings import ColumnMapping
    from destinations.plugins import AccountField

# The field kinds a column's values can be written as; text is tried row by row, and rows that fail are held back.
WRITABLE_AS: Mapping[FieldKind, frozenset[FieldKind]] = {
    FieldKind.TEXT: frozenset(FieldKind),
    FieldKind.NUMBER: frozenset({FieldKind.TEXT, FieldKind.NUMBER, FieldKind.OPTION}),
    FieldKind.BOOLEAN: frozenset({FieldKind.TEXT, FieldKind.BOOLEAN, FieldKind.OPTION}),
    FieldKind.DATE: frozenset({FieldKind.TEXT, FieldKind.DATE, FieldKind.DATETIME}),
    FieldKind.DATETIME: frozenset({FieldKind.TEXT, FieldKind.DATE, FieldKind.DATETIME}),
}


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column that could be sent: its kind of values, and whether it may be sent."""

    name: str
    kind: FieldKind
    is_pii: bool = True
    not_for_activation: bool = False


def mapping_problems(
    columns: Sequence[ColumnMapping],
    *,
    identity: str,
    fields: Mapping[str, AccountField],
    sources: Mapping[str, SourceColumn],
) -> list[str]:
    """`fields` are the account's by name, `sources` the columns by name; if either is empty, it is not checked."""
    return [
        *_identity_problems(columns, identity),
        *_collisions(columns),
        *(problem for column in columns for problem in _source_problems(column, sources)),
        *(problem for column in columns for problem in _target_problems(column, fields, sources, identity)),
    ]


def _identity_problems(columns: Sequence[ColumnMapping], identity: str) -> Iterator[str]:
    if identity not in {column.target for column in columns}:
        yield f"No column is sent as “{identity}”, by which customers are found. Map one to it."


def _collisions(columns: Sequence[ColumnMapping]) -> Iterator[str]:
    counts = Counter(column.target for column in columns)
    for target in (target for target, count in counts.items() if count > 1):
        sources = ", ".join(f"“{column.source}”" for column in columns if column.target == target)
        yield f"{sources} would all be sent as “{target}”. Send only one of them there."


def _source_problems(column: ColumnMapping, sources: Mapping[str, SourceColumn]) -> Iterator[str]:
    if not sources:
        return
    source = sources.get(column.source)
    if source is None:
        yield f"There is no column “{column.source}”."
    elif source.not_for_activation:
        yield f"The column “{column.source}” is marked “not for activation” and is never sent."


def _target_problems(
    column: ColumnMapping, fields: Mapping[str, AccountField], sources: Mapping[str, SourceColumn], identity: str
) -> Iterator[str]:
    if not fields or column.target == identity:
        return
    field = fields.get(column.target)
    if field is None:
        yield f"The account has no property “{column.target}”. Create it there, then refresh the properties."
    elif not field.writable:
        yield f"“{column.target}” is read-only in the account and can't be sent."
    elif column.source in sources and field.kind not in WRITABLE_AS[sources[column.source].kind]:
        kind = sources[column.source].kind
        yield f"“{column.source}” holds {WORDS[kind]}, but “{column.target}” takes {WORDS[field.kind]}."


WORDS: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "text",
    FieldKind.NUMBER: "numbers",
    FieldKind.BOOLEAN: "yes or no",
    FieldKind.DATE: "dates",
    FieldKind.DATETIME: "dates with times",
    FieldKind.OPTION: "one of its options",
}
