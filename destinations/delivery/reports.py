"""The rows that a delivery's report shows, from the file of outcomes, without what a reader may not see."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds

from destinations.delivery import files
from destinations.delivery.advice import explain
from destinations.delivery.outcomes import DELIVERED_STATUSES, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from destinations.delivery.models import Delivery
    from destinations.delivery.outcomes import Counts

PAGE_ROWS = 50
BATCH_ROWS = 10_000
_COLUMNS = ["leaver", "status", "reason", "key", "email", "external_id", "request_id"]


@dataclass(frozen=True, slots=True)
class Tab:
    """Rows shown together on the report. `key` identifies the tab in the URL."""

    key: str
    label: str
    statuses: frozenset[Status]
    leavers: bool = False
    tone: str = ""

    def count(self, counts: Counts) -> int:
        if self.leavers:
            return counts.removed + counts.removals_failed + counts.removals_not_sent
        return sum(counts.of_status(status) for status in self.statuses)

    @property
    def condition(self) -> pc.Expression:
        return (pc.field("leaver") == self.leavers) & pc.field("status").isin(sorted(self.statuses))


TABS = (
    Tab("failed", "Failed", frozenset({Status.FAILED}), tone="bad"),
    Tab("invalid", "Invalid", frozenset({Status.INVALID}), tone="warn"),
    Tab("not-found", "Not found", frozenset({Status.NOT_FOUND})),
    Tab("duplicate", "Duplicates", frozenset({Status.DUPLICATE})),
    Tab("not-sent", "Not sent", frozenset({Status.NOT_SENT})),
    Tab("delivered", "Delivered", DELIVERED_STATUSES, tone="good"),
    Tab("removed", "Removed", frozenset(Status), leavers=True),
)
BY_KEY = {tab.key: tab for tab in TABS}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One customer on the report. `key` and `email` are None where the reader may not see them."""

    key: str | None
    email: str | None
    status: str
    what: str
    todo: str
    external_id: str
    request_id: str


class Rows:
    """The outcomes of a delivery, as one reader may see them."""

    def __init__(self, delivery: Delivery, *, restricted: bool) -> None:
        self._data = ds.dataset(files.path_of(delivery.outcomes_file))
        self._hidden = files.pii_of(self._data.schema) if restricted else frozenset()

    @property
    def hides_something(self) -> bool:
        return bool(self._hidden.intersection(_COLUMNS))

    def page(self, tab: Tab, number: int) -> list[ReportRow]:
        """The `number`-th page of a tab, from 1."""
        start = (number - 1) * PAGE_ROWS
        found = self._scanner(tab.condition).head(start + PAGE_ROWS)
        return [self._row(values) for values in found.slice(start).to_pylist()]

    def find(self, text: str) -> list[ReportRow]:
        """Rows with exactly this customer key or e-mail address, using only those the reader may see."""
        wanted = {"key": text.strip(), "email": text.strip().lower()}
        seen = [pc.field(name) == value for name, value in wanted.items() if name not in self._hidden]
        condition = functools.reduce(operator.or_, seen, pc.scalar(value=False))
        return [self._row(values) for values in self._scanner(condition).head(PAGE_ROWS).to_pylist()]

    def all(self) -> Iterator[ReportRow]:
        for batch in self._scanner(None).to_batches():
            yield from map(self._row, batch.to_pylist())

    def _scanner(self, condition: pc.Expression | None) -> ds.Scanner:
        columns = [column for column in _COLUMNS if column not in self._hidden]
        return self._data.scanner(columns=columns, filter=condition, batch_size=BATCH_ROWS)

    def _row(self, values: dict[str, str | None]) -> ReportRow:
        explanation = explain(values["reason"] or "", values["status"] or "")
        return ReportRow(
            key=None if "key" in self._hidden else values["key"] or "",
            email=None if "email" in self._hidden else values["email"] or "",
            status=values["status"] or "",
            what=explanation.what,
            todo=explanation.todo,
            external_id=values["external_id"] or "",
            request_id=values["request_id"] or "",
        )
