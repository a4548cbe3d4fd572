"""The customers who match: a page of them, one of them, or all of them for a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.cells import Cell
from customer360.engine.functions import stable_hash
from customer360.engine.interface import DataType
from customer360.engine.types import try_cast
from customer360.redaction import REDACTED
from customer360.runs.files import IN_A_FILE
from segments.insights.question import Question
from segments.searching import is_sought

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segments.freshness import Freshness
    from segments.rules import Rules
    from segments.schema import Attribute, Profiles

ROWS = 50
MOST_PAGES = 200
"""Nobody pages further than this: people search instead, or download the customers."""


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Some of the customers who match, in the order of their keys; `count` counts all of them."""

    attributes: tuple[Attribute, ...]
    rows: list[list[Cell]]
    count: int
    freshness: Freshness
    is_redacted: bool


def customer_page(rules: Rules, *, page: int = 1, search: str = "", redact: bool) -> CustomerPage:
    """With `search` only those who have this key or this e-mail address; with `redact` personal data is neither
    read nor searched.

    Raises RulesError, CircularSegmentError, NoSuchTableError or an EngineError.
    """
    question = Question.about(rules)
    attributes = tuple(question.schema.profiles.attributes.values())
    matching = question.matching(*(_shown(question, each, redact=redact) for each in attributes))
    counted = question.matching(exp.Count(this=exp.Star()))
    if search:
        wanted = is_sought(question.schema.profiles, search, redact=redact)
        matching, counted = matching.where(wanted), counted.where(wanted.copy())
    order: exp.Expr = question.column(question.schema.profiles.key)
    if redact and question.schema.profiles.key_is_pii:  # their order would reveal the keys
        order = stable_hash(try_cast(order, DataType.STRING))
    with question.session() as session:
        (count,) = session.one(counted)
        rows = session.rows(matching.order_by(order).limit(ROWS).offset((page - 1) * ROWS))
    return CustomerPage(
        attributes=attributes,
        rows=[list(map(Cell.of, row)) for row in rows],
        count=int(str(count)),
        freshness=question.freshness(),
        is_redacted=redact and any(each.is_pii for each in attributes),
    )


def all_customers(question: Question, *, redact: bool) -> tuple[exp.Select, frozenset[str]]:
    """All customers who match with all their attributes, and which columns hold personal data.

    With `redact` no personal data is read. Raises RulesError and CircularSegmentError.
    """
    attributes = tuple(question.schema.profiles.attributes.values())
    shown = (_shown(question, each, redact=redact, hidden=IN_A_FILE) for each in attributes)
    pii = frozenset(each.name for each in attributes if each.is_pii)
    return question.matching(*shown), pii


def searchable(profiles: Profiles, *, redact: bool) -> Sequence[str]:
    """What customers may be searched by, in words."""
    by_key = [] if redact and profiles.key_is_pii else [profiles.key]
    return by_key if redact or profiles.email_address is None else [*by_key, "e-mail address"]


def _shown(question: Question, attribute: Attribute, *, redact: bool, hidden: str = REDACTED) -> exp.Expr:
    if redact and attribute.is_pii:
        return exp.Literal.string(hidden).as_(attribute.name, quoted=True)
    return question.column(attribute.name).as_(attribute.name, quoted=True)
