"""How deep and how wide the tree of a query may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.sql import limits

if TYPE_CHECKING:
    from customer360.sql.faults import Faults


def check(query: exp.Query, faults: Faults) -> None:
    """Refuses a tree too costly for the engine or Python's stack, however short its text."""
    waiting: list[tuple[exp.Expr, int, int]] = [(query, 1, 1)]
    while waiting:
        node, depth, chain = waiting.pop()
        if chain > limits.CHAIN:
            faults.refuse(
                node, f"More than {limits.CHAIN} conditions or terms follow each other. Use IN, or a table."
            )
        if depth > limits.DEPTH:
            faults.refuse(node, "The query is nested too deeply here. Use WITH to take it apart.")
        if isinstance(node, exp.Literal) and not node.is_string and len(node.name) > limits.DIGITS:
            faults.refuse(node, f"A number has at most {limits.DIGITS} digits here.")
        for child in node.iter_expressions():
            if _continues(node, child):
                waiting.append((child, depth, chain + 1))
            else:
                waiting.append((child, depth + 1, 1))


def _continues(node: exp.Expr, child: exp.Expr) -> bool:
    """Whether the child continues a chain such as a + b + c, which is parsed and generated without recursion."""
    return isinstance(node, exp.Binary) and isinstance(child, exp.Binary) and child is node.this
