"""What a dry run found: what a send would change, for whom, and how many calls it would take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from destinations.delivery import compare, files, foresight
from destinations.delivery.advice import explain
from destinations.delivery.quota import Quota
from destinations.delivery.sessions import session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from destinations.delivery.models import Delivery
    from destinations.delivery.quota import Outlook

EXAMPLES = 5
_COLUMNS = ("position", "key", "email", "reason")


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of a plan with the same planned change. `what` is the plan's name for it."""

    what: str
    label: str
    tone: str = ""
    leavers: bool = False

    @property
    def counted_as(self) -> str:
        return f"leavers:{self.what}" if self.leavers else self.what

    @property
    def condition(self) -> pc.Expression:
        planned = pc.coalesce(pc.field("status"), pc.field("change"))
        return (pc.field("leaver") == self.leavers) & (planned == self.what)


KINDS = (
    Kind("add", "Would be added", "good"),
    Kind("update", "Would be updated", "good"),
    Kind("remove", "Would be removed", leavers=True),
    Kind("unchanged", "Unchanged"),
    Kind("not_found", "Not found"),
    Kind("duplicate", "Duplicate"),
    Kind("invalid", "Invalid", "warn"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A row as it would be sent. `key`, `email` and values are None where the reader may not see them."""

    key: str | None
    email: str | None
    values: Mapping[str, str | None]
    what: str


@dataclass(frozen=True, slots=True)
class Group:
    kind: Kind
    count: int
    examples: list[Example]


class Forecast:
    """The plan of a dry run, or of a delivery that awaits approval, as one reader may see it."""

    def __init__(self, delivery: Delivery, *, restricted: bool) -> None:
        self._delivery = delivery
        self._restricted = restricted

    @cached_property
    def groups(self) -> list[Group]:
        """The kinds of change that any row needs, each with its first rows."""
        relation = files.relation_of(self._delivery.plan_file, compare.PLAN_COLUMNS)
        with session({"plan": relation}) as engine:
            counts = {str(what): int(str(rows)) for what, rows, *_ in engine.rows(compare.changes())}
        return [
            Group(kind, counts[kind.counted_as], self._examples(kind))
            for kind in KINDS
            if counts.get(kind.counted_as)
        ]

    @cached_property
    def fields(self) -> list[str]:
        return [field.field for field in self._delivery.mapping.fields]

    @property
    def calls(self) -> int:
        return self._delivery.estimated_calls or 0

    @property
    def duration(self) -> timedelta:
        """How long this many calls take at the rate the account allows."""
        return foresight.duration(self.calls, self._delivery.connector)

    @property
    def left_today(self) -> int | None:
        return self._outlook.left_today

    @property
    def exceeds_the_day(self) -> bool:
        return self.left_today is not None and self.calls > self.left_today

    @property
    def hides_something(self) -> bool:
        return bool(self._hidden(self._plan.schema).intersection(_COLUMNS) or self._hidden(self._shaped.schema))

    @cached_property
    def _outlook(self) -> Outlook:
        return Quota(self._delivery.account_ref, self._delivery.connector.allowance).outlook()

    @cached_property
    def _plan(self) -> ds.Dataset:
        return ds.dataset(files.path_of(self._delivery.plan_file))

    @cached_property
    def _shaped(self) -> ds.Dataset:
        return ds.dataset(files.path_of(self._delivery.shaped_file))

    def _hidden(self, schema: pa.Schema) -> frozenset[str]:
        return files.pii_of(schema) if self._restricted else frozenset()

    def _examples(self, kind: Kind) -> list[Example]:
        columns = [name for name in _COLUMNS if name not in self._hidden(self._plan.schema)]
        rows = self._plan.scanner(columns=columns, filter=kind.condition).head(EXAMPLES).to_pylist()
        values = self._values([row["position"] for row in rows if row["position"] is not None])
        return [self._example(row, values.get(row["position"], {})) for row in rows]

    def _example(self, row: Mapping[str, Any], values: Mapping[str, str | None]) -> Example:
        return Example(row.get("key"), row.get("email"), values, explain(row["reason"] or "").what)

    def _values(self, positions: list[int]) -> dict[int, dict[str, str | None]]:
        """The value each field would get, by position in the shaped audience."""
        hidden = self._hidden(self._shaped.schema)
        columns = {field: files.field_column(field) for field in self.fields}
        shown = [column for column in columns.values() if column not in hidden]
        wanted = pc.field("position").isin(pa.array(positions, pa.int64()))
        rows = self._shaped.to_table(columns=["position", *shown], filter=wanted).to_pylist()
        return {row["position"]: {field: row.get(column) for field, column in columns.items()} for row in rows}
