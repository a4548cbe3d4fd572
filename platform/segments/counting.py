"""Counting while people edit: only the latest question is worth a turn at the engine."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.core.cache import cache
from sqlglot import exp

from customer360 import catalog
from customer360.interactive import open_interactive
from segments.compiler import Compiler, column, combined, sections_of
from segments.errors import RulesError
from segments.freshness import freshness, tables_asked
from segments.nesting import active_rules, present_moment
from segments.schema import current_schema
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.engine import EngineSession, Relation
    from segments.comparisons import Moment
    from segments.freshness import Freshness
    from segments.rules import Rules
    from segments.schema import Schema

LOOKS_UP = 0.1
"""How often a running count checks whether a newer question was asked, in seconds."""

REMEMBERED = 120
"""Seconds for which the latest question under a key is remembered: longer than any count may take."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many customers match, of how many; how many of them e-mail can reach, or None without addresses.

    `sections` has for each section, by its id, how many match that section alone.
    """

    customers: int
    everybody: int
    reachable: int | None
    sections: Mapping[str, int]
    freshness: Freshness

    @property
    def share(self) -> float:
        return self.customers / self.everybody if self.everybody else 0.0

    @property
    def reachable_share(self) -> float:
        return (self.reachable or 0) / self.customers if self.customers else 0.0


@contextmanager
def open_newest(key: str, relations: Mapping[str, Relation]) -> Iterator[EngineSession]:
    """A turn at the engine that only the latest question under `key` keeps, across all processes.

    Earlier questions, still waiting or already running, get EngineInterruptedError within a moment. Raises
    EngineTimeoutError as `open_interactive` does.
    """
    with (
        _Watch(_cached(key), give_up(key)) as watch,
        open_interactive(relations, unwanted=watch.unwanted) as session,
        watch.over(session),
    ):
        yield session


def give_up(key: str) -> int:
    """Cancels what was asked under the key so far, as nobody waits for it; returns the next question's number."""
    cache.add(_cached(key), 0, REMEMBERED)
    try:
        return int(cache.incr(_cached(key)))
    finally:
        cache.touch(_cached(key), REMEMBERED)


def _cached(key: str) -> str:
    return f"counting:{require_tenant_id()}:{key}"


class _Watch(threading.Thread):
    """While entered, checks whether its question is still the latest, and interrupts the session if it is not."""

    def __init__(self, cached: str, asked: int) -> None:
        super().__init__(daemon=True)
        self.unwanted = threading.Event()
        self._cached, self._asked = cached, asked
        self._left = threading.Event()
        self._session: EngineSession | None = None
        self._changing = threading.Lock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._left.set()

    def run(self) -> None:
        while not self._left.wait(LOOKS_UP):
            if cache.get(self._cached, self._asked) != self._asked:
                self.unwanted.set()
                self._interrupt()
                return

    @contextmanager
    def over(self, session: EngineSession) -> Iterator[None]:
        self._watch(session)
        if self.unwanted.is_set():
            self._interrupt()
        try:
            yield
        finally:
            self._watch(None)

    def _watch(self, session: EngineSession | None) -> None:
        with self._changing:
            self._session = session

    def _interrupt(self) -> None:
        """Under the lock, so that a session that is being closed is no longer touched."""
        with self._changing:
            if self._session is not None:
                self._session.interrupt()


def count(rules: Rules, key: str, *, within: exp.Expr | None = None) -> Counted:
    """Counts in one scan, among all customers or those `within`.

    Raises RulesError, CircularSegmentError, NoSuchTableError or an EngineError."""
    versions = catalog.current_versions()
    segments = active_rules()
    query = counting_query(rules, current_schema(), present_moment(), segments, within=within)
    with open_newest(key, catalog.pinned_relations(versions)) as session:
        everybody, customers, reachable, *sections = map(_whole, session.one(query))
    places = [section.id for _place, section in sections_of(rules) if section.conditions]
    return Counted(
        customers=customers or 0,
        everybody=everybody or 0,
        reachable=reachable,
        sections={place: number or 0 for place, number in zip(places, sections, strict=True)},
        freshness=freshness(versions, tables_asked(rules, segments)),
    )


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def counting_query(
    rules: Rules,
    schema: Schema,
    moment: Moment,
    segments: Mapping[int, Rules],
    *,
    within: exp.Expr | None = None,
) -> exp.Select:
    """One row of numbers: all customers, those who match, those of them who are reachable, then each section's.

    Each section is evaluated once per customer; the rules then combine the results.
    """
    compiler = Compiler(schema, moment, segments)
    sections = compiler.sections(rules)
    if compiler.problems:
        raise RulesError(compiler.problems)
    profiles = schema.profiles
    verdict = column(profiles.table, profiles.email_verdict) if profiles.email_verdict else exp.null()
    answers = {place: exp.column(f"matches{number}") for number, place in enumerate(sections)}
    asked = exp.select(
        verdict.as_("verdict"), *(condition.as_(answers[place].name) for place, condition in sections.items())
    ).from_(exp.to_table(profiles.table, quoted=True))
    if within is not None:
        asked = asked.where(within)
    matches = combined(rules, answers)
    reached = exp.and_(matches, exp.Is(this=exp.column("verdict"), expression=exp.null()))
    numbers = [
        _rows(),
        _rows(matches),
        _rows(reached) if profiles.email_verdict else exp.null(),
        *map(_rows, answers.values()),
    ]
    return exp.select(*(number.as_(f"n{place}") for place, number in enumerate(numbers))).from_(
        asked.subquery("asked")
    )


def _rows(where: exp.Expr | None = None) -> exp.Expr:
    rows = exp.Count(this=exp.Star())
    return rows if where is None else exp.Filter(this=rows, expression=exp.Where(this=where.copy()))
