"""Random queries over two small tables, a third of whose columns hold personal data.

All of them give the same on the same data at every run: nothing in them depends on the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from customer360.engine import DataType
from tests.customer360.sql.shop import personal, plain, table

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = table(
    "people",
    plain("k", DataType.INTEGER),
    plain("n", DataType.INTEGER),
    plain("land"),
    personal("email"),
    personal("age", DataType.INTEGER),
)
DEALS = table(
    "deals", plain("k", DataType.INTEGER), plain("amount", DataType.INTEGER), personal("place"), plain("kind")
)
TABLES = {"people": PEOPLE, "deals": DEALS}


@dataclass(frozen=True)
class Writer:
    """Writes parts of a query; `draw` decides, `names` are the columns that can be named, by type."""

    draw: st.DrawFn
    names: dict[DataType, list[str]]
    depth: int

    def one(self, *choices: Callable[[], str]) -> str:
        return self.draw(st.sampled_from(choices))()

    def deeper(self) -> Writer:
        return Writer(self.draw, self.names, self.depth - 1)

    def column(self, kind: DataType) -> str:
        constant = "'a'" if kind is DataType.STRING else "1"
        return self.draw(st.sampled_from([*self.names[kind], constant]))

    def text(self) -> str:
        if self.depth <= 0:
            return self.column(DataType.STRING)
        inner = self.deeper()
        return self.one(
            lambda: self.column(DataType.STRING),
            lambda: f"upper({inner.text()})",
            lambda: f"concat({inner.text()}, {inner.text()})",
            lambda: f"coalesce({inner.text()}, {inner.text()})",
            lambda: f"CASE WHEN {inner.condition()} THEN {inner.text()} ELSE {inner.text()} END",
            lambda: f"(SELECT max({inner.within('z').text()}) FROM deals z WHERE {inner.among('z').condition()})",
        )

    def number(self) -> str:
        if self.depth <= 0:
            return self.column(DataType.INTEGER)
        inner = self.deeper()
        return self.one(
            lambda: self.column(DataType.INTEGER),
            lambda: f"({inner.number()} + {inner.number()})",
            lambda: f"length({inner.text()})",
            lambda: f"nullif({inner.number()}, {inner.number()})",
            lambda: f"CASE WHEN {inner.condition()} THEN {inner.number()} END",
            lambda: f"(SELECT count(*) FROM deals z WHERE {inner.among('z').condition()})",
            lambda: f"(SELECT {inner.within('z').tally()} FROM deals z WHERE {inner.among('z').condition()})",
        )

    def condition(self) -> str:
        inner = self.deeper()
        if self.depth <= 0:
            return f"{inner.column(DataType.INTEGER)} > 2"
        return self.one(
            lambda: f"{inner.number()} > {inner.number()}",
            lambda: f"{inner.text()} LIKE 'a%'",
            lambda: f"{inner.text()} IS NULL",
            lambda: f"({inner.condition()} AND NOT {inner.condition()})",
            lambda: f"{inner.text()} IN (SELECT {inner.among('z').text()} FROM deals z)",
            lambda: f"EXISTS (SELECT {inner.text()} FROM deals z WHERE {inner.among('z').condition()})",
        )

    def tally(self) -> str:
        inner = self.deeper()
        return self.one(
            lambda: "count(*)",
            lambda: f"count({inner.text()})",
            lambda: f"count(DISTINCT {inner.number()})",
            lambda: f"sum({inner.number()})",
        )

    def aggregate(self) -> str:
        inner = self.deeper()
        return self.one(
            self.tally,
            lambda: f"max({inner.text()})",
            lambda: f"bool_or({inner.condition()})",
            lambda: f"count(*) FILTER (WHERE {inner.condition()})",
        )

    def window(self) -> str:
        inner = self.deeper()
        frame = f"PARTITION BY {inner.text()}"
        return self.one(
            lambda: f"rank() OVER ({frame} ORDER BY {inner.number()})",
            lambda: f"{self.aggregate()} OVER ({frame})",
        )

    def value(self) -> str:
        return self.one(self.text, self.number, self.condition, self.window)

    def within(self, alias: str) -> Writer:
        """Writes about the deals under an alias alone."""
        names = {
            DataType.STRING: [f"{alias}.place", f"{alias}.kind"],
            DataType.INTEGER: [f"{alias}.k", f"{alias}.amount"],
        }
        return Writer(self.draw, names, min(self.depth, 1))

    def among(self, alias: str) -> Writer:
        """Writes about the deals under an alias and what is around them."""
        alone = self.within(alias)
        return Writer(self.draw, {kind: alone.names[kind] + self.names[kind] for kind in self.names}, alone.depth)


def writer(draw: st.DrawFn, columns: dict[str, DataType], depth: int) -> Writer:
    names = {
        kind: [name for name, other in columns.items() if other is kind]
        for kind in (DataType.STRING, DataType.INTEGER)
    }
    return Writer(draw, names, depth)


PEOPLE_COLUMNS = {f"p.{column.name}": column.type for column in PEOPLE.columns.values()}
DEALS_COLUMNS = {f"d.{column.name}": column.type for column in DEALS.columns.values()}
RENAMED = {"s.a": DataType.INTEGER, "s.b": DataType.STRING, "s.c": DataType.INTEGER, "s.d": DataType.STRING}


@st.composite
def queries(draw: st.DrawFn) -> str:
    """A query over the tables, with sub-queries in FROM, WITH, UNION, joins, groups and windows."""
    return draw(st.one_of(selects(), unions(), grouped(), with_named()))


@st.composite
def sources(draw: st.DrawFn, *, depth: int = 2) -> tuple[str, dict[str, DataType]]:
    everything = {**PEOPLE_COLUMNS, **DEALS_COLUMNS}
    on = writer(draw, everything, 1).condition()
    simple = [
        ("FROM people p", PEOPLE_COLUMNS),
        ("FROM people p JOIN deals d ON p.k = d.k", everything),
        ("FROM people p LEFT JOIN deals d USING (k)", everything),
        ("FROM people p FULL JOIN deals d USING (k)", everything),
        (f"FROM people p JOIN deals d ON {on}", everything),
    ]
    if depth == 0:
        return draw(st.sampled_from(simple))
    inner = draw(derived(depth=depth - 1))
    lateral = draw(derived(depth=0, around=PEOPLE_COLUMNS))
    return draw(
        st.sampled_from(
            [
                *simple,
                (f"FROM ({inner}) s", RENAMED),
                (f"FROM people p JOIN ({inner}) s ON p.k = s.a", {**PEOPLE_COLUMNS, **RENAMED}),
                (f"FROM people p, LATERAL ({lateral}) s", {**PEOPLE_COLUMNS, **RENAMED}),
            ]
        )
    )


@st.composite
def derived(draw: st.DrawFn, *, depth: int, around: dict[str, DataType] | None = None) -> str:
    """A SELECT with the columns a, b, c and d, two numbers and two texts."""
    if around is None:
        origin, columns = draw(sources(depth=depth))
    else:
        origin, columns = "FROM deals d", {**DEALS_COLUMNS, **around}
    write = writer(draw, columns, 1)
    condition = f" WHERE {write.condition()}" if draw(st.sampled_from(["", "", "x"])) else ""
    return (
        f"SELECT {write.number()} AS a, {write.text()} AS b, {write.number()} AS c, {write.text()} AS d "
        f"{origin}{condition}"
    )


@st.composite
def selects(draw: st.DrawFn) -> str:
    origin, columns = draw(sources())
    write = writer(draw, columns, 2)
    distinct = draw(st.sampled_from(["", "", "DISTINCT "]))
    condition = f" WHERE {write.deeper().condition()}" if draw(st.sampled_from(["", "x"])) else ""
    values = f"{write.value()} AS o1, {write.value()} AS o2, {write.column(DataType.STRING)}"
    return f"SELECT {distinct}{values} {origin}{condition}"


@st.composite
def grouped(draw: st.DrawFn) -> str:
    origin, columns = draw(sources())
    write = writer(draw, columns, 1)
    having = f" HAVING {write.aggregate()} IS NOT NULL" if draw(st.sampled_from(["", "x"])) else ""
    values = f"{write.text()} AS o1, {write.aggregate()} AS o2, {write.aggregate()} AS o3"
    return f"SELECT {values} {origin} GROUP BY 1{having}"


@st.composite
def unions(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"]))
    return f"SELECT o.b, o.a, upper(o.d) FROM ({draw(derived(depth=1))} {kind} {draw(derived(depth=1))}) o"


@st.composite
def with_named(draw: st.DrawFn) -> str:
    first = draw(derived(depth=1))
    write = writer(draw, RENAMED, 1)
    return (
        f"WITH people AS ({first}), t(a, b) AS (SELECT d, count(c) FROM people GROUP BY d) "
        f"SELECT {write.value()} AS o1, {write.value()} AS o2, t.a, t.b FROM people s LEFT JOIN t ON t.a = s.d"
    )
