"""One named process of a supervisor: started, followed in the log, started again, stopped."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.guardian import end_group
from runtime.ports import Port, listens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runtime.guardian import Guardian
    from runtime.journal import Journal

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
# A process that ran this long before it died starts again without a longer pause.
SECONDS_OF_GOOD_HEALTH = 60.0
# A process that left the group may keep the pipe open; we wait for it no longer than this.
SECONDS_FOR_LAST_WORDS = 5.0


@dataclass(frozen=True)
class Child:
    """What to run: `argv` with `env` over the supervisor's own environment.

    It is ready when `ready` says so; otherwise when it listens on `port`, or, without one, as soon as it runs.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    port: Port | None = None
    ready: Callable[[], bool] | None = None

    def is_ready(self) -> bool:
        if self.ready:
            return self.ready()
        return listens(self.port.number) if self.port else True


class Keeper(threading.Thread):
    """Keeps one child running until it is told to stop, with longer and longer pauses if it keeps dying."""

    def __init__(self, child: Child, journal: Journal, guardian: Guardian) -> None:
        super().__init__(name=f"keeper of {child.name}", daemon=True)
        self.child = child
        self.last_lines: deque[str] = deque(maxlen=15)
        self.deaths = 0
        self._journal, self._guardian = journal, guardian
        self._stopping = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    @property
    def runs(self) -> bool:
        process = self._process
        return process is not None and process.poll() is None

    def run(self) -> None:
        pause = FIRST_PAUSE
        while process := self._launch():
            began = time.monotonic()
            code = self._follow(process)
            if self._stopping.is_set():
                return
            self.deaths += 1
            if time.monotonic() - began > SECONDS_OF_GOOD_HEALTH:
                pause = FIRST_PAUSE
            self._journal.write(self.child.name, f"{_ending(code)}; it starts again in {pause:.0f} s")
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        """Ask the child to end; it stops its own children, because it knows what they are doing."""
        with self._lock:
            self._stopping.set()
            if self._process and self._process.poll() is None:
                self._process.terminate()

    def end(self) -> None:
        """Kill what is left of the child, and wait until its log is written."""
        if self._process:
            end_group(self._process.pid)
        self.join()

    def _launch(self) -> subprocess.Popen[str] | None:
        """The child as the head of a process group of its own, so that Ctrl-C reaches the supervisor only."""
        with self._lock:
            if self._stopping.is_set():
                return None
            process = subprocess.Popen(
                self.child.argv,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.child.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
                errors="replace",
            )
            self._process = process
        self._guardian.watch(process.pid)
        return process

    def _follow(self, process: subprocess.Popen[str]) -> int:
        """Copy the child's output to the log until it ends; return how it ended, with none of its group left."""
        reader = threading.Thread(target=self._copy, args=(process,), daemon=True)
        reader.start()
        code = process.wait()
        end_group(process.pid)
        reader.join(SECONDS_FOR_LAST_WORDS)
        self._guardian.forget(process.pid)
        return code

    def _copy(self, process: subprocess.Popen[str]) -> None:
        with process:
            for line in process.stdout or ():
                self.last_lines.append(line.rstrip())
                self._journal.write(self.child.name, line.rstrip())


def _ending(code: int) -> str:
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
