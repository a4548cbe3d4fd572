"""Engine sessions with delivery's limits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360.engine import Limits, installed_engine
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from customer360.engine import EngineSession, Relation

LIMITS = Limits(memory_mib=640, threads=2, seconds=3600)
"""Keeps the worker under 1 GiB; what does not fit spills to disk."""

FRESH = timedelta(hours=24)
"""An address looked up within this time is not looked up again."""


def session(relations: Mapping[str, Relation]) -> AbstractContextManager[EngineSession]:
    return installed_engine().open_session(relations, limits=LIMITS)


def fresh_identities() -> exp.Select:
    """The entries of the relation `all_identities` that are still fresh."""
    since = exp.cast(exp.Literal.string((clock.now() - FRESH).isoformat()), "timestamptz")
    return exp.select("*").from_("all_identities").where(exp.column("read_at") >= since)
