"""Ends what a supervisor leaves behind, however the supervisor ends.

It is a process beside the supervisor, reads process groups from a pipe (`+17` to watch, `-17` to forget), and
kills those that are left when the pipe closes. The kernel closes it even if the supervisor got SIGKILL. Linux's
parent-death signal (PR_SET_PDEATHSIG) would do less: processes that gunicorn and Celery start do not inherit it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import Self


def watch() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line)
        if group > 0:
            groups.add(group)
        else:
            groups.discard(-group)
    for group in groups:
        end_group(group)


def end_group(group: int) -> None:
    """Kill each process of `group` that still runs."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(group, signal.SIGKILL)


class Guardian:
    """The supervisor's end of the pipe; leaving the context ends every group that is still watched."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
            bufsize=1,
        )
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.communicate()

    def watch(self, group: int) -> None:
        self._say(group)

    def forget(self, group: int) -> None:
        self._say(-group)

    def _say(self, group: int) -> None:
        with contextlib.suppress(BrokenPipeError):  # somebody ended it; the children carry on without it
            if self._process.stdin:
                self._process.stdin.write(f"{group:+d}\n")


if __name__ == "__main__":
    watch()
