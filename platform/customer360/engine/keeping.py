"""Keeps one session for the next question about the same data: opening one costs as much as counting with it."""

from __future__ import annotations

import atexit
import os
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from customer360.engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from customer360.engine.interface import Engine, EngineSession, Limits, Relation

IDLE = 30.0
"""Seconds after which another question about the same data has become unlikely."""


class SessionKeeper:
    """Lends one session at a time. The next borrower gets the same one if it needs exactly the same data.

    A session that ended in an error is not lent again. None survives a fork or outlives the process.
    """

    def __init__(self, engine: Callable[[], Engine], limits: Limits, *, idle: float = IDLE) -> None:
        self._engine, self._limits, self._idle = engine, limits, idle
        self._lent = threading.Lock()
        self._kept: tuple[tuple[Mapping[str, Relation], str], EngineSession] | None = None
        self._resources = ExitStack()
        self._closing: threading.Timer | None = None
        atexit.register(self.close)
        os.register_at_fork(before=self.close)

    @contextmanager
    def open(self, relations: Mapping[str, Relation], *, time_zone: str) -> Iterator[EngineSession]:
        """A session with its full time limit; waits while another is lent."""
        with self._lent:
            self._stay()
            session = self._same((relations, time_zone)) or self._new(relations, time_zone)
            try:
                yield session
            except BaseException:
                self._end()
                raise
            self._close_later()

    def close(self) -> None:
        """Ends the kept session, unless it is lent."""
        if self._lent.acquire(blocking=False):
            try:
                self._stay()
                self._end()
            finally:
                self._lent.release()

    def _same(self, sees: tuple[Mapping[str, Relation], str]) -> EngineSession | None:
        if self._kept is None or self._kept[0] != sees:
            return None
        session = self._kept[1]
        try:
            session.renew()
        except EngineError:
            return None
        return session

    def _new(self, relations: Mapping[str, Relation], time_zone: str) -> EngineSession:
        self._end()
        opened = self._engine().open_session(relations, limits=self._limits, time_zone=time_zone)
        session = self._resources.enter_context(opened)
        self._kept = ((relations, time_zone), session)
        return session

    def _end(self) -> None:
        self._kept = None
        self._resources.close()

    def _close_later(self) -> None:
        self._closing = threading.Timer(self._idle, self._end_idle)
        self._closing.daemon = True
        self._closing.start()

    def _end_idle(self) -> None:
        """May wait for a borrower that came just now; the session then simply ends a little early."""
        with self._lent:
            self._end()

    def _stay(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
