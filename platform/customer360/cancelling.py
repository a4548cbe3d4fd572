"""How a person stops what the engine does in another process: a flag that the runner looks at."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.cache import cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from customer360.engine import EngineSession

_LOOK_EVERY = 0.25
_FLAG_LIVES = 24 * 3600


def request(flag: str) -> None:
    """Asks whoever works under this flag to stop."""
    cache.set(flag, 1, timeout=_FLAG_LIVES)


def is_requested(flag: str) -> bool:
    return cache.get(flag) is not None


@contextmanager
def interrupted_by(
    flag: str, session: EngineSession, *, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Soon after the flag is set, the session's statements raise EngineInterruptedError.

    Until then `meanwhile` is called again and again, from another thread.
    """
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(flag, session, meanwhile, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(flag: str, session: EngineSession, meanwhile: Callable[[], None], done: threading.Event) -> None:
    """Interrupts again and again: what comes between two statements, or while one is planned, stops nothing."""
    requested = False
    while not done.wait(_LOOK_EVERY):
        requested = requested or is_requested(flag)
        if requested:
            session.interrupt()
        else:
            meanwhile()
