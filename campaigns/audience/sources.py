"""The tables whose columns a campaign can send as attributes, and how each yields one row per customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.models import Table
from customer360.semantics import Semantic
from destinations.sources import customer_column, tables_of_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from campaigns.attributes import Attribute

CUSTOMER, PLACE = "muster_customer", "muster_place"


def attribute_tables() -> list[Table]:
    """The tables of attributes that have data; the default one first."""
    return [table for table in tables_of_attributes() if table.current_version_id and customer_column(table)]


def attribute_problems(attributes: Iterable[Attribute]) -> Iterator[str]:
    """Why attributes can't be sent, in words that say what to do; each reason once."""
    tables = {table.name: table for table in attribute_tables()}
    named = dict.fromkeys((attribute.source_table, attribute.source_attribute) for attribute in attributes)
    for table, name in named:
        if table not in tables:
            yield (
                f"“{table}” has no data yet, or does not say which customer its rows belong to, so “{name}” can't "
                "be sent. Choose another table."
            )
            continue
        columns = {column.name: column for column in tables[table].columns.all() if not column.companion_of}
        if name not in columns:
            yield f"“{table}” has no attribute “{name}” any more. Choose another one."
        elif columns[name].not_for_activation:
            yield f"“{name}” of “{table}” is marked “not for activation”. Choose another attribute."


def one_row_each(table: Table, names: Sequence[str], customers: exp.Select) -> exp.Select:
    """The columns `names` of the table, one row for each of the customers who has any, with the key as text.

    Of several rows it takes the one with the latest order time, then the one with the greatest key.
    """
    customer = customer_column(table)
    assert customer is not None  # noqa: S101  `attribute_tables` offers no other
    key = exp.cast(_column(customer), exp.DataType.Type.TEXT)
    chosen = [_column(name) for name in names]
    rows = exp.select(key.as_(CUSTOMER), *chosen).from_(exp.to_table(table.name, quoted=True))
    rows = rows.where(key.copy().isin(query=customers))
    if table.role == Table.Role.CUSTOMER_PROFILES and customer == table.key_column:
        return rows
    ranked = rows.select(_place(key, _order(table, names)).as_(PLACE))
    last = exp.column(PLACE).eq(exp.Literal.number(1))
    return exp.select(CUSTOMER, *(each.copy() for each in chosen)).from_(ranked.subquery("ranked")).where(last)


def _order(table: Table, names: Sequence[str]) -> list[str]:
    """How a customer's rows are ranked: finally by the columns sent, so that the choice is always the same."""
    times = [column.name for column in table.columns.all() if column.semantic == Semantic.ORDER_TIME]
    return list(dict.fromkeys([*times[:1], *([table.key_column] if table.key_column else []), *names]))


def _place(customer: exp.Expr, order: Sequence[str]) -> exp.Window:
    ordered = [exp.Ordered(this=_column(name), desc=True, nulls_first=False) for name in order]
    return exp.Window(this=exp.RowNumber(), partition_by=[customer.copy()], order=exp.Order(expressions=ordered))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
