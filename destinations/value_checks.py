"""Which values of mapped columns could not be sent, and how many: looked up before a mapping is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360 import catalog, email
from customer360.interactive import open_interactive
from customer360.models import Query
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from destinations.delivery.advice import explain
from destinations.delivery.shape import UNFIT, is_unfit
from destinations.sending import field_mapping
from destinations.sources import DEFAULT_TABLE, columns_for_templates
from runtime import clock
from tenants.models import Tenant
from tenants.scope import require_tenant_id
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from customer360.engine import EngineSession
    from destinations.delivery.specs import FieldMapping
    from destinations.mapping_checks import SourceColumn
    from destinations.mappings import ColumnMapping
    from destinations.plugins import AccountField

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Unfit:
    """Rows of `source` that would be held back because of one column, with its most frequent such values."""

    column: str
    source: str
    rows: int
    of_rows: int
    why: str
    examples: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        counted = f"{formats.number(self.rows)} of {formats.number(self.of_rows)} rows of {self.source}"
        shown = ", ".join(f"“{example}”" for example in self.examples)
        told = f"“{self.column}”: {counted} would be held back. {self.why}"
        return f"{told} Such as {shown}." if shown else told


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a mapping's columns are read from: the default table, or the active query that has them."""

    name: str
    rows: exp.Expr
    tables: Collection[str]
    columns: Mapping[str, SourceColumn]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for whether a value can be sent, and whether it may be shown."""

    identity: str
    fields: Mapping[str, AccountField]
    hide_pii: bool

    def unfit(self, column: ColumnMapping) -> exp.Expr | None:
        """True for a row whose value can't be sent; None when every value can."""
        if column.target == self.identity:
            return email.verdict(_quoted(column.source)).is_(exp.null()).not_()
        field = self._field(column)
        return is_unfit(field) if field.kind in UNFIT else None

    def why(self, column: ColumnMapping) -> str:
        if column.target == self.identity:
            return "There is no e-mail address, or none that can be sent."
        return explain(f"{UNFIT[self._field(column).kind]}:{column.target}").what

    def _field(self, column: ColumnMapping) -> FieldMapping:
        return field_mapping(column, self.fields.get(column.target), None)


def unfit_values(columns: Sequence[ColumnMapping], rules: Rules) -> list[Unfit]:
    """One per column with values that its field does not accept. Raises EngineError when data can't be read."""
    found: list[Unfit] = []
    for home, mapped in _by_home(columns):
        with open_interactive(catalog.pinned_relations(catalog.current_versions(home.tables))) as session:
            found += _of_home(session, home, mapped, rules)
    return found


def _by_home(columns: Sequence[ColumnMapping]) -> Iterator[tuple[_Home, list[ColumnMapping]]]:
    left = list(columns)
    for name, offered in columns_for_templates().items():
        here = [column for column in left if column.source in offered]
        left = [column for column in left if column.source not in offered]
        home = _home(name, offered) if here else None
        if home is not None:
            yield home, here


def _home(name: str, columns: Mapping[str, SourceColumn]) -> _Home | None:
    if name == DEFAULT_TABLE:
        has_data = name in catalog.current_versions()
        return _Home(name, exp.table_(name, quoted=True), {name}, columns) if has_data else None
    read = checked(Query.objects.get(name=name).sql, current_shapes())
    zone = Tenant.objects.get(pk=require_tenant_id()).zone
    return _Home(f"“{name}”", read.at(clock.now(), zone).subquery("result"), read.tables, columns)


def _of_home(
    session: EngineSession, home: _Home, mapped: Sequence[ColumnMapping], rules: Rules
) -> Iterator[Unfit]:
    conditions = [(column, rules.unfit(column)) for column in mapped]
    asked = [(column, condition) for column, condition in conditions if condition is not None]
    counts = [exp.func("SUM", exp.Case().when(each, "1").else_("0")) for _column, each in asked]
    of_rows, *unfit = session.one(exp.select(exp.Count(this=exp.Star()), *counts).from_(home.rows.copy()))
    for (column, condition), rows in zip(asked, unfit, strict=True):
        if rows:
            hidden = rules.hide_pii and home.columns[column.source].is_pii
            examples = () if hidden else _examples(session, home, column.source, condition)
            numbers = int(str(rows)), int(str(of_rows))
            yield Unfit(column.source, home.name, *numbers, rules.why(column), examples)


def _examples(session: EngineSession, home: _Home, source: str, condition: exp.Expr) -> tuple[str, ...]:
    value = exp.cast(_quoted(source), "text")
    query = (
        exp.select(value.as_("value"), exp.Count(this=exp.Star()).as_("times"))
        .from_(home.rows.copy())
        .where(exp.and_(condition.copy(), value.copy().is_(exp.null()).not_()))
        .group_by("value")
        .order_by(exp.Ordered(this=exp.column("times"), desc=True), "value")
        .limit(EXAMPLES)
    )
    return tuple(str(found) for found, _times in session.rows(query))


def _quoted(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
