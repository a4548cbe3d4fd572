"""The only functions that an expression may use above the engine, and how each engine says them.

`STANDARD` are functions that sqlglot itself can say in every dialect. `OWN` are Muster's: each has a body per
engine, which the engine installs when a session opens. Anything else is refused before it runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from customer360.engine.errors import UnknownFunctionError

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
    exp.DateAdd,
    exp.DateDiff,
    exp.DateSub,
    exp.DateTrunc,
    exp.Day,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.Extract,
    exp.Hour,
    exp.LastDay,
    exp.Minute,
    exp.Month,
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

STANDARD = frozenset(_LOGIC | _TYPES | _TEXT | _NUMBERS | _DATES | _AGGREGATES | _WINDOWS | {exp.Exists})


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function of Muster's: its name, parameters, and its body in each engine's language."""

    name: str
    parameters: tuple[str, ...]
    duckdb: str

    def __call__(self, *arguments: exp.Expr) -> exp.Expr:
        if len(arguments) != len(self.parameters):
            raise TypeError(f"{self.name} takes {len(self.parameters)} arguments, not {len(arguments)}")
        return exp.Anonymous(this=self.name, expressions=[argument.copy() for argument in arguments])


composed = OwnFunction("muster_composed", ("text",), duckdb="nfc_normalize(text)")
"""The text in Unicode's composed form (NFC)."""

stable_hash = OwnFunction("muster_hash", ("text",), duckdb="('0x' || md5(text)[:15])::BIGINT")
"""The first 15 hexadecimal digits of the text's MD5 as a whole number: the same in every engine, for ever."""

OWN: dict[str, OwnFunction] = {function.name: function for function in (composed, stable_hash)}


def check(expression: exp.Expr) -> None:
    """Raises `UnknownFunctionError` for the first function in the expression that is not listed here."""
    for function in expression.find_all(exp.Func):
        if isinstance(function, exp.Anonymous):
            if function.name.lower() not in OWN:
                raise UnknownFunctionError(function.name.upper())
        elif type(function) not in STANDARD:
            raise UnknownFunctionError(function.sql_name())
