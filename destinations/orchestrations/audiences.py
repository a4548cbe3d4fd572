"""The customers of an orchestration's object: a SELECT of the template's columns from current table versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360 import catalog
from customer360.errors import NoSuchTableError, QueryRefusedError
from customer360.models import Column
from customer360.semantics import Semantic
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from customer360.verdicts import with_verdicts
from destinations.delivery.specs import AudienceSpec
from destinations.orchestrations.errors import RunRefusedError
from destinations.sources import DEFAULT_TABLE
from runtime import clock
from segments.compiler import predicate
from segments.errors import SegmentError
from segments.nesting import active_rules, present_moment
from segments.personal import asks_about_pii
from segments.schema import current_schema
from tenants.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from customer360.models import Query
    from customer360.sql.checking import CheckedQuery, OutputColumn
    from destinations.orchestrations.models import OrchestrationObject
    from segments.models import Segment
    from segments.schema import Schema

KEYS = (Semantic.KEY, Semantic.CUSTOMER_KEY)


@dataclass(frozen=True, slots=True)
class Audience:
    """An object's customers, and which of the sent columns hold personal data."""

    spec: AudienceSpec
    pii: frozenset[str]


def audience_of(sent: OrchestrationObject) -> Audience:
    """Raises RunRefusedError when the object no longer provides what the data template sends."""
    columns = list(dict.fromkeys(each.source for each in sent.orchestration.data_template.column_mappings()))
    try:
        return _of_query(sent, columns) if sent.query else _of_segment(sent, columns)
    except (QueryRefusedError, SegmentError, NoSuchTableError) as error:
        raise RunRefusedError(f"“{sent}” can't be read: {error}") from error


def tables_read(sent: OrchestrationObject) -> set[str]:
    """The names of the tables that determine what the object sends; raises as `audience_of` does."""
    return set(audience_of(sent).spec.versions)


def _of_query(sent: OrchestrationObject, columns: Sequence[str]) -> Audience:
    query: Query = sent.query
    read = checked(query.sql, current_shapes())
    outputs = {column.name.casefold(): column for column in read.columns}
    _refuse_missing([name for name in columns if name.casefold() not in outputs], f"The query “{query}”")
    taken = {name: outputs[name.casefold()] for name in columns}
    _refuse_unsendable(name for name, column in taken.items() if column.not_for_activation)
    zone = Tenant.objects.get(pk=sent.tenant_id).zone
    addresses = {column.name: name for name, column in taken.items() if column.semantic == Semantic.EMAIL}
    rows, verdicts = with_verdicts(read.at(clock.now(), zone), addresses)
    key = _key_of(read) or taken[columns[0]]
    chosen = [_column(column.name).as_(name, quoted=True) for name, column in taken.items()]
    chosen += [_column(name) for verdict in verdicts.values() for name in verdict]
    spec = AudienceSpec.of(
        exp.select(_column(key.name).as_(CUSTOMER), *chosen).from_(rows.subquery("result")),
        versions=catalog.current_versions(read.tables),
        key=CUSTOMER,
        label=sent.label,
        basis=(f"Query {query}",),
        key_is_pii=key.is_pii,
        decided_by_pii=read.chosen_by.is_pii,
        verdicts={addresses[name]: verdict for name, verdict in verdicts.items()},
    )
    return Audience(spec, frozenset(name for name, column in taken.items() if column.is_pii))


CUSTOMER = "muster_customer"
"""The key's name in the audience, which no column of customer data can have."""


def _key_of(read: CheckedQuery) -> OutputColumn | None:
    by_semantic = {column.semantic: column for column in reversed(read.columns)}
    return next((by_semantic[key] for key in KEYS if key in by_semantic), None)


def _of_segment(sent: OrchestrationObject, columns: Sequence[str]) -> Audience:
    segment: Segment = sent.segment
    schema = current_schema()
    rules = active_rules()
    if segment.pk not in rules:
        raise RunRefusedError(f"The segment “{segment}” is not active. Activate it first.")
    belongs = predicate(rules[segment.pk], schema, present_moment(), segments=rules)
    source = _source_table(schema, columns)
    versions = catalog.current_versions({*_tables_in(belongs), schema.profiles.table, source.name})
    chosen = [source.column(source.columns[name].name).as_(name, quoted=True) for name in columns]
    rows = exp.select(source.column(source.key).as_(CUSTOMER), *chosen).from_(exp.table_(source.name, quoted=True))
    told, verdicts = with_verdicts(rows, columns)
    spec = AudienceSpec.of(
        told.where(_membership(belongs, schema, source)),
        versions=versions,
        key=CUSTOMER,
        label=sent.label,
        basis=(str(segment.active_version),),
        key_is_pii=source.columns[source.key].is_pii,
        decided_by_pii=asks_about_pii(rules[segment.pk].conditions, schema, rules),
        verdicts=verdicts,
    )
    return Audience(spec, frozenset(name for name in columns if source.columns[name].is_pii))


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Where the columns that a segment sends come from."""

    name: str
    key: str
    columns: Mapping[str, Column]

    def column(self, name: str) -> exp.Column:
        return exp.column(name, table=self.name, quoted=True)


def _source_table(schema: Schema, columns: Sequence[str]) -> SourceTable:
    """The table of merged customers if it has every column, else the one that segments are built on."""
    own = schema.profiles.table
    tables = [_source(name) for name in dict.fromkeys([DEFAULT_TABLE, own])]
    found = [table for table in tables if table is not None]
    whole = next((table for table in found if all(name in table.columns for name in columns)), None)
    if whole is None:
        lacking = [name for name in columns if not any(name in table.columns for table in found)]
        _refuse_missing(lacking or columns, f"Neither {DEFAULT_TABLE} nor {own}")
    assert whole is not None  # noqa: S101  refused above
    _refuse_unsendable(name for name in columns if whole.columns[name].not_for_activation)
    return whole


def _source(name: str) -> SourceTable | None:
    columns = Column.objects.filter(table__name=name, companion_of="").select_related("table")
    by_name = {column.name: column for column in columns}
    if not by_name:
        return None
    return SourceTable(name, next(iter(by_name.values())).table.key_column, by_name)


def _membership(belongs: exp.Expr, schema: Schema, source: SourceTable) -> exp.Expr:
    profiles = schema.profiles
    if source.name == profiles.table:
        return belongs
    keys = exp.select(_text(profiles.key)).from_(exp.table_(profiles.table, quoted=True)).where(belongs)
    return _text(source.key).isin(query=keys)


def _tables_in(condition: exp.Expr) -> set[str]:
    named_within = {each.alias for each in condition.find_all(exp.CTE)}
    return {table.name for table in condition.find_all(exp.Table)} - named_within


def _refuse_missing(names: Sequence[str], owner: str) -> None:
    if names:
        listed = ", ".join(f"“{name}”" for name in names)
        message = (
            f"{owner} has no column {listed}, which the data template sends. Add it, or choose another template."
        )
        raise RunRefusedError(message)


def _refuse_unsendable(names: Iterable[str]) -> None:
    for name in names:
        raise RunRefusedError(f"The column “{name}” is marked “not for activation” and is never sent.")


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _text(name: str) -> exp.Expr:
    return exp.cast(_column(name), exp.DataType.Type.TEXT)
