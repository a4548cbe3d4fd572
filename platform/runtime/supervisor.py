"""Runs the processes of an installation together, in the foreground, and leaves none behind."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Self, TextIO

from runtime.children import Keeper
from runtime.errors import AlreadyRunningError, ChildError, PortTakenError
from runtime.guardian import Guardian
from runtime.journal import Journal
from runtime.ports import is_free, next_free

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runtime.children import Child
    from runtime.home import Home

# Ports of a supervisor that was killed a moment ago are released within this time.
SECONDS_FOR_PORTS = 3.0
# A child that dies this often before it was ever ready never will be.
MOST_EARLY_DEATHS = 3
POLL_SECONDS = 0.1
SECONDS_FOR_SIGNALS = 1.0


class Supervisor:
    """Starts `children` together, restarts each when it dies, stops them all at the end.

    Use it as a context manager for as long as something needs them, or `run()` it until Ctrl-C or SIGTERM. Only
    one supervisor runs per `home`. If it is killed outright, its children are killed too. `at_end` is called once
    they have stopped.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        home: Home,
        out: TextIO | None = None,
        grace: float = 10,
        at_end: Callable[[], object] = lambda: None,
    ) -> None:
        self._children = children
        self._home = home
        self._grace = grace
        self._at_end = at_end
        self._journal = Journal([child.name for child in children], out or sys.stdout)
        self._keepers: list[Keeper] = []
        self._cleanup = ExitStack()

    def __enter__(self) -> Self:
        """Start the children. Raises `LaunchError` when their ports are taken or another supervisor runs here."""
        with ExitStack() as stack:
            stack.enter_context(_only_one(self._home))
            _require_ports(self._children)
            stack.enter_context(_interrupted_by(signal.SIGTERM, signal.SIGHUP))
            guardian = stack.enter_context(Guardian())
            self._keepers = [Keeper(child, self._journal, guardian) for child in self._children]
            stack.callback(self._at_end)
            stack.callback(self._stop)
            for keeper in self._keepers:
                keeper.start()
            self._cleanup = stack.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the children, release the lock and restore the signal handlers."""
        self._cleanup.close()

    def run(self) -> None:
        """Run until Ctrl-C, SIGTERM or a closed terminal, then stop the children."""
        with suppress(KeyboardInterrupt), self:
            self.wait()

    def wait(self) -> None:
        """Block; Ctrl-C, SIGTERM and a closed terminal raise KeyboardInterrupt.

        A signal that arrives just before a wait begins is seen only when the wait ends: every wait has a limit.
        """
        while True:
            time.sleep(SECONDS_FOR_SIGNALS)

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Return when every child is ready. Raises `ChildError`, with a child's last lines, when one is not."""
        deadline = time.monotonic() + seconds
        for keeper in self._keepers:
            while not (keeper.runs and keeper.child.is_ready()):
                if keeper.deaths >= MOST_EARLY_DEATHS or time.monotonic() > deadline:
                    raise ChildError(keeper.child.name, keeper.last_lines)
                time.sleep(POLL_SECONDS)

    def _stop(self) -> None:
        """Ask every child to end, kill what is left after the grace (or at a second Ctrl-C)."""
        for keeper in self._keepers:
            keeper.ask_to_stop()
        with suppress(KeyboardInterrupt):
            deadline = time.monotonic() + self._grace
            for keeper in self._keepers:
                keeper.join(max(0.0, deadline - time.monotonic()))
        for keeper in self._keepers:
            keeper.end()


def stop_running(home: Home) -> bool:
    """Stop the supervisor of `home`, wherever it runs, and wait for its end; False when none runs."""
    file = home.path / "supervisor"
    if not file.exists():
        return False
    with file.open() as lock:
        if _take(lock.fileno()):
            return False
        os.kill(int(lock.read()), signal.SIGTERM)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return True


@contextmanager
def _only_one(home: Home) -> Iterator[None]:
    """Hold the lock of the supervisor of `home`; the kernel releases it whatever happens to us."""
    home.make()
    file = home.path / "supervisor"
    with file.open("a+") as lock:
        if not _take(lock.fileno()):
            raise AlreadyRunningError(home.path, file.read_text())
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _require_ports(children: Sequence[Child]) -> None:
    ports = [(child.name, child.port) for child in children if child.port]
    deadline = time.monotonic() + SECONDS_FOR_PORTS
    while taken := [(name, port) for name, port in ports if not is_free(port.number)]:
        if time.monotonic() > deadline:
            raise PortTakenError([(name, port, next_free(port.number)) for name, port in taken])
        time.sleep(POLL_SECONDS)


@contextmanager
def _interrupted_by(*signals: signal.Signals) -> Iterator[None]:
    """Let these signals raise KeyboardInterrupt, as Ctrl-C does; one that is ignored, as by nohup, stays so."""
    before = {number: handler for number in signals if (handler := signal.getsignal(number)) != signal.SIG_IGN}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
