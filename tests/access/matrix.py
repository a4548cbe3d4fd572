"""The table of who may open what: tests/access/matrix.csv.

A row is a route inside a tenant and a method. `answer` is the status for people who may; a cell says `yes` (that
answer), `no` (403, with the page that names the policy) or another status. Everybody who is not signed in is sent
to sign in, and everybody from outside the tenant gets 404, without a column for it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.access.routes import Route, tenant_routes
from tests.cast import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TABLE = Path(__file__).with_name("matrix.csv")
HEADER = ("route", "method", "answer", *MEMBERS)
REFUSED = 403
AT_ONCE = 8


@dataclass(frozen=True)
class Row:
    route: Route
    method: str
    answer: int
    cells: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.route.pattern or '(start)'}"

    def expected(self, person: str) -> int:
        cell = self.cells[person]
        return {"yes": self.answer, "no": REFUSED}.get(cell) or int(cell)

    @property
    def part(self) -> str:
        """Where in Muster it is: `segments`, `admin/tenants`, …"""
        first, *others = self.route.pattern.split("/")
        return f"admin/{others[0]}" if first == "admin" and others else first or "(start)"


def rows() -> list[Row]:
    with TABLE.open(newline="", encoding="utf-8") as lines:
        return [
            Row(Route(row["route"]), row["method"], int(row["answer"]), {key: row[key] for key in MEMBERS})
            for row in csv.DictReader(lines)
        ]


def by_part(chosen: Iterable[Row]) -> pytest.MarkDecorator:
    """The test gets a `few` rows of one part of Muster at a time, so that it needs its cast once for them."""
    parts = defaultdict[str, list[Row]](list)
    for row in chosen:
        parts[row.part].append(row)
    named = {
        f"{part} {start + 1}-{start + len(few)}": few
        for part, its_rows in parts.items()
        for start in range(0, len(its_rows), AT_ONCE)
        if (few := its_rows[start : start + AT_ONCE])
    }
    return pytest.mark.parametrize("few", named.values(), ids=named)


def routes_without_a_row() -> list[Route]:
    written = {row.route for row in rows()}
    return [route for route in tenant_routes() if route not in written]


def proposal(route: Route, method: str, statuses: Mapping[str, int]) -> str:
    """The row that these answers would be, to be checked and pasted."""
    allowed = [status for status in statuses.values() if status != REFUSED]
    answer = max(set(allowed), key=allowed.count, default=200)
    words = {answer: "yes", REFUSED: "no"}
    cells = [words.get(statuses[person], str(statuses[person])) for person in MEMBERS]
    return ",".join([route.pattern, method, str(answer), *cells])
