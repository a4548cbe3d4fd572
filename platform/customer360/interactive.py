"""Engine sessions for waiting people: few at a time, so that no page starves another of memory."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from customer360.engine import INTERACTIVE, installed_engine
from customer360.engine.errors import EngineInterruptedError, EngineTimeoutError
from customer360.engine.keeping import SessionKeeper
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.engine import EngineSession, Relation

PLACES = 3
"""How many of a web process's four threads may compute or wait for their turn: one is left for other pages."""

LOOKS_UP = 0.1
"""How often, in seconds, a waiting request checks whether it is still wanted."""

BUSY = "Too many counts are running right now. Try again in a moment."

_places = threading.BoundedSemaphore(PLACES)
_turn = threading.BoundedSemaphore(1)
_keeper = SessionKeeper(installed_engine, INTERACTIVE)


@contextmanager
def open_interactive(
    relations: Mapping[str, Relation], *, unwanted: threading.Event | None = None
) -> Iterator[EngineSession]:
    """A short session in the tenant's time zone, when its turn in this process comes.

    Raises EngineTimeoutError when its turn does not come within the session's own time limit, and at once when too
    many are waiting; EngineInterruptedError when it becomes `unwanted` before its turn.
    """
    if not _places.acquire(blocking=False):
        raise EngineTimeoutError(BUSY)
    try:
        with _our_turn(unwanted or threading.Event()), _session(relations) as session:
            yield session
    finally:
        _places.release()


@contextmanager
def _our_turn(unwanted: threading.Event) -> Iterator[None]:
    until = time.monotonic() + INTERACTIVE.seconds
    while not _turn.acquire(timeout=LOOKS_UP):
        if unwanted.is_set():
            raise EngineInterruptedError("The work was cancelled.")
        if time.monotonic() >= until:
            raise EngineTimeoutError(BUSY)
    try:
        yield
    finally:
        _turn.release()


@contextmanager
def _session(relations: Mapping[str, Relation]) -> Iterator[EngineSession]:
    zone = Tenant.objects.get(pk=require_tenant_id()).time_zone
    with _keeper.open(relations, time_zone=zone) as session:
        yield session
