"""The SQL of rules, as a person may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from segments.brackets import without_needless_brackets
from segments.insights import members_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.access import Access
    from segments.comparisons import Moment
    from segments.queries import CustomersOfQuery
    from segments.rules import Rules
    from segments.schema import Schema


def view_sql(
    rules: Rules, schema: Schema, moment: Moment, segments: Mapping[int, Rules], *, access: Access
) -> str:
    """The SELECT of the keys of all customers who match, without needless brackets.

    People who may not see queries get their names only. Raises RulesError and CircularSegmentError. Whether it
    contains personal data is not checked here.
    """
    if not access.can("query:view"):
        schema = replace(schema, queries=_ByName(schema.queries, schema.profiles.key))
    query = without_needless_brackets(members_query(rules, schema, moment, segments))
    return query.sql(dialect="duckdb", pretty=True)


class _ByName(Mapping[int, "CustomersOfQuery"]):
    """The queries as if each were a table of its own name."""

    def __init__(self, queries: Mapping[int, CustomersOfQuery], key: str) -> None:
        self._queries, self._key = queries, key

    def __getitem__(self, query: int) -> CustomersOfQuery:
        found = self._queries[query]
        table = exp.Table(this=exp.to_identifier(found.name, quoted=True))  # people name queries as they like
        return replace(found, keys=exp.select(exp.column(self._key, quoted=True)).from_(table))

    def __iter__(self) -> Iterator[int]:
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)
