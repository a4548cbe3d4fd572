"""Keeps a lease during work: a separate thread renews it, and reports when it is lost or work must stop."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Self

import structlog
from django.conf import settings
from django.db import DatabaseError, connections

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

BEATS_PER_LEASE = 7  # a slow moment or a server restart does not lose it

log = structlog.get_logger(__name__)


class LeaseLost(Exception):  # noqa: N818 - a fact, not a fault
    """Another worker has the work now: this one must not write its unsaved results."""


class Keeper:
    """Calls `beat` every few seconds while the body runs; `beat` returns whether the lease was still ours.

    An unreachable database decides nothing: the next beat asks again, and the lease expires by itself.
    """

    def __init__(self, beat: Callable[[], bool]) -> None:
        self._beat = beat
        self._over = threading.Event()
        self._lost = threading.Event()
        context = copy_context()  # the tenant's scope
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="lease-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def require(self) -> None:
        """Raises LeaseLost when the lease is known to be lost."""
        if self._lost.is_set():
            raise LeaseLost

    def _run(self) -> None:
        try:
            while (
                not self._over.wait(settings.DELIVERY_LEASE_SECONDS / BEATS_PER_LEASE) and not self._lost.is_set()
            ):
                self._beat_once()
        finally:
            connections.close_all()  # this thread's own

    def _beat_once(self) -> None:
        try:
            if not self._beat():
                self._lost.set()
        except DatabaseError:
            log.warning("lease_not_prolonged")
            connections.close_all()
