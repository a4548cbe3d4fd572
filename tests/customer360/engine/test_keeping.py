from __future__ import annotations

import multiprocessing
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlglot import parse_one

from customer360.engine import INTERACTIVE, DuckDBEngine, EngineSession, FileRelation, Limits
from customer360.engine.errors import EngineInterruptedError, EngineTimeoutError
from customer360.engine.keeping import SessionKeeper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from sqlglot import exp

    from customer360.engine import Relation

COUNT: exp.Select = parse_one("SELECT COUNT(*) FROM customers", dialect="duckdb")  # type: ignore[assignment]


class Counting:
    """The engine, with the sessions that are open."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self.engine = engine
        self.opened = self.closed = 0

    def open_session(
        self, relations: Mapping[str, Relation], *, limits: Limits, time_zone: str = "UTC"
    ) -> AbstractContextManager[EngineSession]:
        return self._watched(relations, limits, time_zone)

    @contextmanager
    def _watched(
        self, relations: Mapping[str, Relation], limits: Limits, time_zone: str
    ) -> Iterator[EngineSession]:
        self.opened += 1
        with self.engine.open_session(relations, limits=limits, time_zone=time_zone) as session:
            yield session
        self.closed += 1


@pytest.fixture
def counting(engine: DuckDBEngine) -> Counting:
    return Counting(engine)


@pytest.fixture
def keeper(counting: Counting) -> Iterator[SessionKeeper]:
    made = SessionKeeper(lambda: counting, INTERACTIVE)
    yield made
    made.close()


def count(keeper: SessionKeeper, relation: FileRelation, zone: str = "UTC") -> object:
    with keeper.open({"customers": relation}, time_zone=zone) as session:
        return session.one(COUNT)[0]


def test_who_asks_about_the_same_data_gets_the_same_session(
    keeper: SessionKeeper, counting: Counting, customers: FileRelation
) -> None:
    assert [count(keeper, customers), count(keeper, customers)] == [3, 3]
    assert (counting.opened, counting.closed) == (1, 0)


def test_other_data_or_another_zone_means_another_session(
    keeper: SessionKeeper, counting: Counting, customers: FileRelation
) -> None:
    count(keeper, customers)
    count(keeper, replace(customers, columns=("id",)))
    count(keeper, replace(customers, columns=("id",)), "Europe/London")
    assert (counting.opened, counting.closed) == (3, 2)


def test_a_session_that_was_ended_is_not_lent_again(
    keeper: SessionKeeper, counting: Counting, customers: FileRelation
) -> None:
    with (
        pytest.raises(EngineInterruptedError),
        keeper.open({"customers": customers}, time_zone="UTC") as session,
    ):
        session.interrupt()
        session.one(COUNT)
    with keeper.open({"customers": customers}, time_zone="UTC") as session:
        session.interrupt()
    assert count(keeper, customers) == 3
    assert counting.opened == 3


def test_each_borrower_has_the_whole_time(engine: DuckDBEngine, customers: FileRelation) -> None:
    keeper = SessionKeeper(lambda: engine, Limits(memory_mib=256, threads=1, seconds=0.2))
    with keeper.open({"customers": customers}, time_zone="UTC") as session:
        spend(0.25)
        with pytest.raises(EngineTimeoutError):
            session.one(COUNT)
    assert count(keeper, customers) == 3
    keeper.close()


def spend(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_an_idle_session_is_closed(counting: Counting, customers: FileRelation) -> None:
    keeper = SessionKeeper(lambda: counting, INTERACTIVE, idle=0)
    count(keeper, customers)
    assert keeper._closing is not None
    keeper._closing.join(timeout=10)
    assert counting.closed == 1


def test_a_child_process_opens_its_own(keeper: SessionKeeper, counting: Counting, customers: FileRelation) -> None:
    count(keeper, customers)
    child = multiprocessing.get_context("fork").Process(target=count, args=(keeper, customers))
    child.start()
    child.join(timeout=30)
    assert child.exitcode == 0
    assert counting.closed == 1
