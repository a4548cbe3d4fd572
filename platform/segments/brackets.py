"""Brackets in conditions: the compiler puts a pair around every part; people want only those that are needed."""

from __future__ import annotations

from typing import TypeVar

from sqlglot import exp

Expression = TypeVar("Expression", bound=exp.Expr)

_CLAUSES = (exp.Where, exp.Having, exp.Qualify, exp.Paren)


def without_needless_brackets(expression: Expression) -> Expression:
    """The same expression, changed in place; an AND keeps its brackets within an OR."""
    for brackets in reversed(list(expression.find_all(exp.Paren))):  # inner ones first
        if brackets.parent and _is_needless(brackets.this, brackets.parent):
            brackets.replace(brackets.this)
    return expression


def _is_needless(within: exp.Expr, around: exp.Expr) -> bool:
    if isinstance(around, _CLAUSES) or isinstance(within, exp.Paren | exp.Column):
        return True
    if isinstance(around, exp.And | exp.Or):
        return isinstance(within, type(around)) or not isinstance(within, exp.Connector)
    return isinstance(around, exp.Not) and isinstance(within, exp.In | exp.Is)
