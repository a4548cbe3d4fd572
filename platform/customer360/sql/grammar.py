"""The parts of SQL that a query may consist of. Anything not listed here is refused.

`PARTS` lists every kind of node and the arguments it may have, so that a construct that a later parser version
accepts is refused until someone has considered it. Functions come from the engine's list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine import functions
from customer360.sql.faults import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable

    from customer360.sql.faults import Faults

_BINARY = "this expression"
_SET_OPERATION = f"{_BINARY} distinct with_ order limit offset"

_PARTS: dict[type[exp.Expr], str] = {
    exp.Select: "with_ expressions from_ joins where group having qualify windows distinct order limit offset",
    exp.Union: _SET_OPERATION,
    exp.Intersect: _SET_OPERATION,
    exp.Except: _SET_OPERATION,
    exp.Subquery: "this alias joins with_ order limit offset",
    exp.With: "expressions",
    exp.CTE: "this alias materialized",
    exp.Values: "expressions alias",
    exp.Lateral: "this alias",
    exp.Table: "this alias joins",
    exp.TableAlias: "this columns",
    exp.From: "this",
    exp.Join: "this on using side kind method",
    exp.Where: "this",
    exp.Group: "expressions grouping_sets cube rollup",
    exp.GroupingSets: "expressions",
    exp.Cube: "expressions",
    exp.Rollup: "expressions",
    exp.Having: "this",
    exp.Qualify: "this",
    exp.Order: "this expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Limit: "expression",
    exp.Offset: "expression",
    exp.Distinct: "expressions on",
    exp.Column: "this table",
    exp.Star: "except_ replace",
    exp.Identifier: "this quoted",
    exp.Alias: "this alias",
    exp.Literal: "this is_string",
    exp.Boolean: "this",
    exp.Null: "",
    exp.Var: "this",
    exp.Tuple: "expressions",
    exp.Paren: "this",
    exp.Neg: "this",
    exp.Not: "this",
    exp.Is: "this expression",
    exp.In: "this expressions query",
    exp.Between: "this low high",
    exp.Escape: _BINARY,
    exp.Like: "this expression negate",
    exp.ILike: "this expression negate",
    exp.Interval: "this unit",
    exp.AtTimeZone: "this zone",
    exp.DataType: "this expressions nested",
    exp.DataTypeParam: "this",
    exp.Window: "this partition_by order spec alias over",
    exp.WindowSpec: "kind start start_side end end_side",
    exp.Filter: "this expression",
    exp.WithinGroup: "this expression",
    exp.IgnoreNulls: "this",
    exp.RespectNulls: "this",
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE), _BINARY),
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ), _BINARY),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.IntDiv), _BINARY),
    exp.Div: "this expression typed safe",
    exp.DPipe: "this expression safe",
}
PARTS = {kind: frozenset(arguments.split()) for kind, arguments in _PARTS.items()}

MOMENTS: frozenset[type[exp.Expr]] = frozenset({exp.CurrentDate, exp.CurrentTimestamp})
"""Functions that depend on when the query runs; they become constants before it does."""

_UNAVAILABLE: frozenset[type[exp.Expr]] = frozenset({exp.Array, exp.Transform})
FUNCTIONS = (functions.STANDARD | MOMENTS) - _UNAVAILABLE
"""The engine's functions that people may write; list functions are for Muster's own queries."""

_TYPES = frozenset(
    {
        *exp.DataType.TEXT_TYPES,
        *exp.DataType.SIGNED_INTEGER_TYPES,
        exp.DType.FLOAT,
        exp.DType.DOUBLE,
        exp.DType.DECIMAL,
        exp.DType.BOOLEAN,
        exp.DType.DATE,
        exp.DType.TIMESTAMP,
        exp.DType.TIMESTAMPNTZ,
        exp.DType.TIMESTAMPTZ,
    }
)
_UNIT = re.compile(r"[A-Za-z_]+")
_NUMBER = re.compile(r"[0-9.]+(?:[eE][+-]?[0-9]+)?")

FUNCTION_NAMES = sorted(
    functions.OWN.keys()
    | {
        name.lower()
        for kind in FUNCTIONS
        if issubclass(kind, exp.Func) and not issubclass(kind, exp.Connector | exp.Case | exp.Exists)
        for name in kind.sql_names()
    }
)
"""The functions' names, for suggestions."""

_WORDS: tuple[tuple[type[exp.Expr], Callable[[exp.Expr], object], str], ...] = (
    (
        exp.Var,
        lambda word: not (_UNIT.fullmatch(word.name) and isinstance(word.parent, exp.Interval | exp.Func)),
        "This word can't stand here. Name a column.",
    ),
    (
        exp.Literal,
        lambda literal: not (literal.is_string or _NUMBER.fullmatch(literal.name)),
        "This is not a number. Write it with digits.",
    ),
    (
        exp.DataType,
        lambda kind: kind.this not in _TYPES,
        "This type is not available. Use text, integer, decimal, double, boolean, date or timestamp.",
    ),
    (
        exp.Join,
        lambda join: join.text("method") not in {"", "NATURAL"},
        "This kind of join is not available. Use JOIN, LEFT, RIGHT or FULL JOIN.",
    ),
    (exp.Limit, lambda limit: not isinstance(limit.expression, exp.Literal), "Write LIMIT and a number."),
    (exp.Offset, lambda offset: not isinstance(offset.expression, exp.Literal), "Write OFFSET and a number."),
    (exp.Interval, lambda interval: not interval.args.get("unit"), "Name a unit, as in INTERVAL '30' DAY."),
    (
        exp.Table,
        lambda table: not isinstance(table.this, exp.Identifier),
        "A function can't stand where a table is expected. Choose one of the tables in the list.",
    ),
    (exp.CTE, lambda named: not isinstance(named.this, exp.Query), "Only a SELECT can stand here."),
)
"""Words and parts that are passed to the engine verbatim: when they are wrong, and what people are told."""

_STRUCTURES = "Lists and structures are not available. Write one column or one row for each value."
_PARAMETERS = "A query has no parameters. Write the value itself."
_ELSEWISE = "This can't be part of a query. Say it in another way."

_KINDS: dict[type[exp.Expr], str] = {
    exp.TableSample: "Samples are not available. Use LIMIT, or a condition on a key.",
    exp.Pivot: "PIVOT is not available. Use CASE inside an aggregate.",
    exp.Into: "A query changes nothing: INTO is not available. Build the query as a table instead.",
    exp.Lock: "A query changes nothing, so it needs no lock. Remove FOR UPDATE.",
    exp.Fetch: "FETCH is not available. Write LIMIT and a number.",
    exp.Dot: "A dot can stand only between a table and its column. Write functions as in lower(name).",
    exp.Collate: "COLLATE is not available. Compare lower(…) of both.",
    exp.Glob: "GLOB is not available. Use LIKE.",
    exp.SimilarTo: "SIMILAR TO is not available. Use regexp_matches(…).",
    exp.Any: "ANY is not available. Use IN or EXISTS.",
    exp.All: "ALL is not available here. Use NOT EXISTS.",
    exp.JSONExtract: "The arrow is not available.",
    exp.PositionalColumn: "Name the column instead of its number.",
    **dict.fromkeys((exp.Placeholder, exp.Parameter), _PARAMETERS),
    **dict.fromkeys((exp.Array, exp.Bracket, exp.Struct, exp.PropertyEQ, exp.Map, exp.ArrayAgg), _STRUCTURES),
}
"""What people are told about kinds of nodes they may expect to work."""

_ARGUMENTS = {
    "recursive": "WITH RECURSIVE is not available: such a query may never end.",
    "db": "Tables have no schema. Write the table's name alone, or with one dot before a column.",
    "all": "GROUP BY ALL is not available. Name what to group by.",
    "by_name": "BY NAME is not available. Name the columns in the same order on both sides.",
    "rename": "RENAME is not available. Name the columns, with AS.",
    "limit_options": "A share of the rows is not available. Write LIMIT and a number.",
    "kind": "This type is not available. Use text, integer, decimal, double, boolean, date or timestamp.",
}
"""The same for arguments of nodes."""


def check(query: exp.Query, faults: Faults) -> None:
    """Records every part of the query that is not in the language, and raises if there is any."""
    for node in query.walk():
        if message := _objection(node, faults):
            faults.add(node, message)
    faults.raise_if_any()


def _objection(node: exp.Expr, faults: Faults) -> str:
    """Why the node is not allowed in a query; empty when it is."""
    allowed = PARTS.get(type(node))
    if allowed is None:
        return _objection_to_function(node, faults)
    for argument, value in node.args.items():
        if value and argument not in allowed:
            part = value[0] if isinstance(value, list) else value
            return _KINDS.get(type(part)) or _ARGUMENTS.get(argument) or _ELSEWISE
    return _objection_to_words(node)


def _objection_to_function(node: exp.Expr, faults: Faults) -> str:
    if type(node) in FUNCTIONS or (isinstance(node, exp.Anonymous) and node.name.lower() in functions.OWN):
        return ""
    if type(node) in _KINDS:
        return _KINDS[type(node)]
    if not isinstance(node, exp.Func):
        return _ELSEWISE
    if isinstance(node.parent, exp.Dot):
        return _KINDS[exp.Dot]
    name = node.name if isinstance(node, exp.Anonymous) else faults.word(node) or node.sql_name()
    return f"There is no function “{name.lower()}”.{suggestion(name, FUNCTION_NAMES) or _TO_THE_LIST}"


_TO_THE_LIST = " Use one of the functions in the list."


def _objection_to_words(node: exp.Expr) -> str:
    """Words that would be passed on verbatim must be words of the language."""
    for kind, is_wrong, message in _WORDS:
        if isinstance(node, kind) and is_wrong(node):
            return message
    return ""
