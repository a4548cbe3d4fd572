"""One log for many processes: each line names the process that wrote it."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

# Cyan, green, magenta, yellow, blue: readable on dark and on light terminals.
COLOURS = (36, 32, 35, 33, 34)


class Journal:
    """Writes whole lines, in colour when `out` is a terminal and NO_COLOR is not set."""

    def __init__(self, names: Sequence[str], out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._is_read = True
        width = max(map(len, names), default=0)
        colourful = out.isatty() and not os.environ.get("NO_COLOR")
        self._prefixes = {
            name: _coloured(f"{name:<{width}} |", COLOURS[place % len(COLOURS)])
            if colourful
            else f"{name:<{width}} |"
            for place, name in enumerate(names)
        }

    def write(self, name: str, line: str) -> None:
        with self._lock:
            if not self._is_read:
                return
            try:
                self._out.write(f"{self._prefixes[name]} {line}\n")
                self._out.flush()
            except OSError:  # the terminal is gone, or `make demo | head` has seen enough
                self._is_read = False
                os.kill(os.getpid(), signal.SIGTERM)


def _coloured(text: str, colour: int) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"
