"""How a person stops the engine's work in another process: a flag that the runner checks."""

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
    """Asks the work under this flag to stop."""
    cache.set(flag, 1, timeout=_FLAG_LIVES)


def is_requested(flag: str) -> bool:
    return cache.get(flag) is not None


@contextmanager
def interrupted_by(
    flag: str, session: EngineSession, *, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Makes the session's statements raise EngineInterruptedError soon after the flag is set.

    Until then `meanwhile` is called repeatedly, from another thread.
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
    """Interrupts repeatedly: an interrupt between two statements, or during planning, has no effect."""
    requested = False
    while not done.wait(_LOOK_EVERY):
        requested = requested or is_requested(flag)
        if requested:
            session.interrupt()
        else:
            meanwhile()
