"""The values that a column actually has and how many rows have each, to pick from instead of typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from sqlglot import exp

from customer360.engine.errors import EngineError
from customer360.interactive import open_interactive
from customer360.models import Column, Table
from customer360.storage import tenant_folder

if TYPE_CHECKING:
    from customer360.models import TableVersion

SHOWN = 50
"""How many values are shown at once; others are found by typing."""

KEPT = 2000
"""Up to this many values, a column is counted once for each version of its table, and searched in memory."""

REMEMBERED = 7 * 24 * 3600
PICKED = "picked"


@dataclass(frozen=True, slots=True)
class PickedValue:
    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class Picklist:
    """The most frequent values first. `hidden` when they are personal data that this person may not see."""

    values: tuple[PickedValue, ...] = ()
    more: bool = False
    hidden: bool = False
    problem: str = ""

    @property
    def most(self) -> int:
        return max((each.rows for each in self.values), default=1)


def picklist(table: str, column: str, sought: str, *, restricted: bool) -> Picklist:
    """The values that contain `sought`. Personal data is read only for people who may see it, and never cached."""
    found = Column.objects.filter(table__name=table, name=column, companion_of="").select_related("table").first()
    if found is None:
        return Picklist()
    if restricted and (found.is_pii or found.table.decided_by_pii):
        return Picklist(hidden=True)
    version = Table.objects.select_related("current_version").get(pk=found.table_id).current_version
    if version is None:
        return Picklist()
    try:
        return _searched(version, found, sought.strip()[:200])
    except EngineError as error:
        return Picklist(problem=str(error))


def _searched(version: TableVersion, column: Column, sought: str) -> Picklist:
    every = _read(version, column, "", KEPT + 1) if column.is_pii else _kept(version, column)
    if len(every) > KEPT and sought:
        every = _read(version, column, sought, SHOWN + 1)
    found = [each for each in every if sought.casefold() in each.value.casefold()]
    return Picklist(tuple(found[:SHOWN]), more=len(found) > SHOWN)


def _kept(version: TableVersion, column: Column) -> list[PickedValue]:
    """The most frequent values; a version never changes, so they are counted once."""
    key = f"picklist:{version.tenant_id}:{version.pk}:{column.pk}"
    known: list[tuple[str, int]] | None = cache.get(key)
    if known is None:
        known = [(each.value, each.rows) for each in _read(version, column, "", KEPT + 1)]
        cache.set(key, known, REMEMBERED)
    return [PickedValue(value, rows) for value, rows in known]


def _read(version: TableVersion, column: Column, sought: str, limit: int) -> list[PickedValue]:
    value = exp.cast(exp.column(column.name, quoted=True), exp.DType.TEXT)
    query = (
        exp.select(value.as_("value"), exp.Count(this=exp.Star()).as_("rows"))
        .from_(PICKED)
        .where(exp.NEQ(this=value.copy(), expression=exp.Literal.string("")))
        .group_by("1")
        .order_by(exp.Ordered(this=exp.column("rows"), desc=True), "value")
    )
    if sought:
        text = exp.Literal.string(sought)
        query = query.where(exp.Contains(this=exp.Lower(this=value.copy()), expression=exp.Lower(this=text)))
    with open_interactive({PICKED: version.manifest.relation(tenant_folder())}) as session:
        return [PickedValue(str(name), int(str(rows))) for name, rows in session.rows(query, limit=limit)]
