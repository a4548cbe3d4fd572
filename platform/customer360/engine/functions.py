"""The only functions that expressions above the engine may use, and each engine's form of them.

`STANDARD` are functions that sqlglot itself can render in every dialect. `OWN` are Muster's: each has a body per
engine, which the engine installs in a session. Anything else is refused before it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine import duckdb_idna
from customer360.engine.errors import UnknownFunctionError

if TYPE_CHECKING:
    from collections.abc import Callable

_LOGIC: set[type[exp.Expr]] = {exp.And, exp.Or, exp.Xor, exp.Case, exp.If, exp.Coalesce, exp.Nullif}
_TYPES: set[type[exp.Expr]] = {exp.Cast, exp.TryCast}
_TEXT: set[type[exp.Expr]] = {
    exp.Concat,
    exp.ConcatWs,
    exp.Contains,
    exp.EndsWith,
    exp.Initcap,
    exp.Left,
    exp.Length,
    exp.Lower,
    exp.MD5,
    exp.Pad,
    exp.RegexpExtract,
    exp.RegexpFullMatch,
    exp.RegexpLike,
    exp.RegexpReplace,
    exp.Replace,
    exp.Reverse,
    exp.Right,
    exp.SHA2,
    exp.SplitPart,
    exp.StartsWith,
    exp.StrPosition,
    exp.Substring,
    exp.Translate,
    exp.Trim,
    exp.Upper,
}
_NUMBERS: set[type[exp.Expr]] = {
    exp.Abs,
    exp.Ceil,
    exp.Exp,
    exp.Floor,
    exp.Greatest,
    exp.Least,
    exp.Ln,
    exp.Log,
    exp.Pow,
    exp.Round,
    exp.Sign,
    exp.Sqrt,
    exp.Trunc,
    exp.WidthBucket,
}
_DATES: set[type[exp.Expr]] = {
    exp.Date,
    exp.DateAdd,
    exp.DateDiff,
    exp.DateFromParts,
    exp.DateSub,
    exp.DateTrunc,
    exp.Day,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.Dayname,
    exp.Extract,
    exp.Hour,
    exp.LastDay,
    exp.Minute,
    exp.Month,
    exp.Monthname,
    exp.Quarter,
    exp.Second,
    exp.StrToDate,
    exp.StrToTime,
    exp.TimeToStr,
    exp.TimeToUnix,
    exp.TimestampTrunc,
    exp.UnixToTime,
    exp.Week,
    exp.WeekOfYear,
    exp.Year,
}
_AGGREGATES: set[type[exp.Expr]] = {
    exp.AnyValue,
    exp.ApproxDistinct,
    exp.ApproxQuantile,
    exp.ArgMax,
    exp.ArgMin,
    exp.Avg,
    exp.Count,
    exp.CountIf,
    exp.GroupConcat,
    exp.Grouping,
    exp.LogicalAnd,
    exp.LogicalOr,
    exp.Max,
    exp.Median,
    exp.Min,
    exp.Mode,
    exp.PercentileCont,
    exp.PercentileDisc,
    exp.Quantile,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Sum,
    exp.Variance,
    exp.VariancePop,
}
_WINDOWS: set[type[exp.Expr]] = {
    exp.CumeDist,
    exp.DenseRank,
    exp.FirstValue,
    exp.Lag,
    exp.LastValue,
    exp.Lead,
    exp.NthValue,
    exp.Ntile,
    exp.PercentRank,
    exp.Rank,
    exp.RowNumber,
}

_LISTS: set[type[exp.Expr]] = {exp.Array, exp.Transform}

STANDARD = frozenset(_LOGIC | _TYPES | _TEXT | _NUMBERS | _DATES | _AGGREGATES | _WINDOWS | _LISTS | {exp.Exists})


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """One of Muster's functions: its name, its parameters, and its body in each engine's language.

    `support` are the macros that the DuckDB body calls.
    """

    name: str
    parameters: tuple[str, ...]
    duckdb: str
    support: tuple[duckdb_idna.Macro, ...] = ()

    @property
    def macros(self) -> tuple[duckdb_idna.Macro, ...]:
        """The macros DuckDB needs, in order of definition."""
        return (*self.support, duckdb_idna.Macro(self.name, self.parameters, self.duckdb))

    def __call__(self, *arguments: exp.Expr) -> exp.Expr:
        if len(arguments) != len(self.parameters):
            raise TypeError(f"{self.name} takes {len(self.parameters)} arguments, not {len(arguments)}")
        return exp.Anonymous(this=self.name, expressions=[argument.copy() for argument in arguments])


stable_hash = OwnFunction("muster_hash", ("text",), duckdb="('0x' || md5(text)[:15])::BIGINT")
"""The first 15 hexadecimal digits of the text's MD5 as an integer: the same in every engine, for ever."""

ascii_domain = OwnFunction(
    "muster_ascii_domain", ("domain",), duckdb=duckdb_idna.ASCII_DOMAIN, support=duckdb_idna.PUNYCODE
)
"""A domain in its ASCII form (IDNA, labels as xn--…); one with characters not allowed in a domain is unchanged."""

folded_address = OwnFunction(
    "muster_folded_address", ("address",), duckdb=duckdb_idna.FOLDED_ADDRESS, support=ascii_domain.macros
)
"""An e-mail address trimmed of every kind of space, in lower case, its domain in ASCII form."""

OWN: dict[str, OwnFunction] = {own.name: own for own in (stable_hash, ascii_domain, folded_address)}


def let(name: str, value: exp.Expr, body: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Applies `body` to the value, which is computed once and only where it is needed.

    An engine that finds an expression twice computes it beforehand for every row, even when both uses are in a
    branch that few rows take. Binding it to a name inside a list function keeps it in its branch.
    """
    said = exp.Lambda(this=body(exp.to_identifier(name)), expressions=[exp.to_identifier(name)])
    listed = exp.Transform(this=exp.Array(expressions=[value.copy()]), expression=said)
    return exp.Bracket(this=listed, expressions=[exp.Literal.number(0)])


def used_by(expression: exp.Expr) -> set[OwnFunction]:
    """Muster's functions in the expression; raises `UnknownFunctionError` for one that is not listed here."""
    own = set()
    for function in expression.find_all(exp.Func):
        if isinstance(function, exp.Anonymous):
            own.add(_own(function))
        elif type(function) not in STANDARD:
            raise UnknownFunctionError(function.sql_name())
    return own


def _own(function: exp.Anonymous) -> OwnFunction:
    try:
        return OWN[function.name.lower()]
    except KeyError:
        raise UnknownFunctionError(function.name.upper()) from None
