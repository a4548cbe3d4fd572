"""The supervisor with real processes, in a process of its own where it must be killed."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime.children import Child, Keeper
from runtime.errors import AlreadyRunningError, ChildError, PortTakenError
from runtime.guardian import Guardian
from runtime.home import Home
from runtime.journal import Journal
from runtime.ports import Port, is_free, listens
from runtime.supervisor import Supervisor, stop_running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCES = Path(__file__).resolve().parents[2]

SERVE = """
import socket, sys, signal
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("serving", flush=True)
while server.accept():
    print("asked", flush=True)
"""
# A child with a child of its own, as gunicorn and Celery have, that does not care for SIGTERM.
FAMILY = """
import os, signal, sys
if not os.fork():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(f"grandchild {os.getpid()}", flush=True)
    while True:
        signal.pause()
signal.pause()
"""
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""
SUPERVISE = """
import sys
from pathlib import Path
from runtime.children import Child
from runtime.home import Home
from runtime.ports import Port
from runtime.supervisor import Supervisor
home, port, program = Home(Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
children = [Child("server", [sys.executable, "-c", program, str(port)], port=Port(port, "SERVER_PORT"))]
children.append(Child("family", [sys.executable, "-c", sys.argv[4]]))
supervisor = Supervisor(children, home=home, grace=5)
with supervisor:
    supervisor.wait_until_ready()
    print("all ready", flush=True)
    supervisor.wait()
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_alive(pid: int) -> bool:
    """Whether `pid` works; a zombie that nobody has reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@contextmanager
def supervise(home: Home, port: int) -> Iterator[subprocess.Popen[str]]:
    """A supervisor of a server and a family in another process, which does not outlive its test."""
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (SOURCES, SOURCES / "platform")))}
    command = python(SUPERVISE, str(home.path), str(port), SERVE, FAMILY)
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as supervisor:
        try:
            yield supervisor
        finally:
            supervisor.kill()


def read_until(process: subprocess.Popen[str], *wanted: str) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if all(word in said for word in wanted):
            return said
    pytest.fail(f"ended without saying {wanted}: {said}")


def grandchild_in(said: str) -> int:
    return int(said.partition("grandchild ")[2].split()[0])


def test_every_line_names_the_process_that_wrote_it(home: Home) -> None:
    out = io.StringIO()
    children = [
        Child("web", python("print('hello'); import signal; signal.pause()")),
        Child("worker", python("import sys, signal; sys.stderr.write('careful\\n'); signal.pause()")),
    ]
    with Supervisor(children, home=home, out=out):
        until(lambda: "hello" in out.getvalue() and "careful" in out.getvalue())
    assert sorted(out.getvalue().splitlines()) == ["web    | hello", "worker | careful"]


def test_a_terminal_gets_a_colour_per_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    Journal(["web"], out).write("web", "hello")
    assert out.getvalue() == "\x1b[36mweb |\x1b[0m hello\n"
    monkeypatch.setenv("NO_COLOR", "1")
    Journal(["web"], plain := Terminal()).write("web", "hello")
    assert plain.getvalue() == "web | hello\n"


def test_a_child_gets_its_own_environment_over_ours(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "kept")
    monkeypatch.setenv("PORT", "1")
    out = io.StringIO()
    program = "import os; print(os.environ['OURS'], os.environ['PORT']); import signal; signal.pause()"
    with Supervisor([Child("web", python(program), env={"PORT": "2"})], home=home, out=out):
        until(lambda: "web | kept 2\n" in out.getvalue())


def test_a_child_that_dies_is_started_again(home: Home) -> None:
    port, out = free_port(), io.StringIO()
    server = Child("server", python(SERVE, str(port)), port=Port(port, "SERVER_PORT"))
    with Supervisor([server], home=home, out=out) as supervisor:
        supervisor.wait_until_ready()
        process = supervisor._keepers[0]._process
        assert process
        process.kill()
        until(lambda: out.getvalue().count("serving") == 2)
        supervisor.wait_until_ready()
    assert "was killed by signal 9; it starts again in 1 s" in out.getvalue()
    assert is_free(port)


def test_a_child_that_keeps_dying_waits_longer_and_longer(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.children.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("runtime.children.LONGEST_PAUSE", 0.04)
    home.make()
    with Guardian() as guardian:
        keeper = Keeper(
            Child("web", python("raise SystemExit(3)")), Journal(["web"], out := io.StringIO()), guardian
        )
        pauses: list[float] = []
        monkeypatch.setattr(keeper._stopping, "wait", lambda seconds: pauses.append(seconds))
        keeper.start()
        until(lambda: len(pauses) > 3)
        keeper.ask_to_stop()
        keeper.end()
    assert pauses[:4] == [0.01, 0.02, 0.04, 0.04]
    assert "web | ended with code 3; it starts again in 0 s" in out.getvalue()


def test_a_child_that_never_gets_ready_is_explained_by_its_last_lines(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.supervisor.MOST_EARLY_DEATHS", 1)
    broken = Child("web", python("print('no such table'); raise SystemExit(1)"), ready=lambda: False)
    with (
        Supervisor([broken], home=home, out=io.StringIO()) as supervisor,
        pytest.raises(ChildError, match=r"web did not get ready.*\n\nno such table"),
    ):
        supervisor.wait_until_ready()


def test_a_taken_port_is_named_with_its_setting_and_a_free_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.supervisor.SECONDS_FOR_PORTS", 0)
    started = home.path / "started"
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        child = Child("web", ["/usr/bin/touch", str(started)], port=Port(port, "WEB_PORT"))
        with pytest.raises(PortTakenError) as raised, Supervisor([child], home=home):
            pytest.fail("it started")
    advice = str(raised.value)
    assert advice.startswith(
        f"Port {port} (web) is taken by another program.\nChoose others, for example: WEB_PORT="
    )
    assert is_free(int(advice.partition("WEB_PORT=")[2].split()[0]))
    assert not started.exists()


def test_only_one_supervisor_runs_in_a_folder(home: Home) -> None:
    with Supervisor([], home=home), pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
        Supervisor([], home=home).__enter__()
    with Supervisor([], home=home):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_every_process_and_their_children(home: Home, number: signal.Signals) -> None:
    port = free_port()
    with supervise(home, port) as supervisor:
        grandchild = grandchild_in(read_until(supervisor, "grandchild", "all ready"))
        supervisor.send_signal(number)
        supervisor.wait(30)
        assert is_free(port)
        assert not is_alive(grandchild)


def test_a_supervisor_that_is_killed_leaves_nothing_that_blocks_the_next(home: Home) -> None:
    port = free_port()
    with supervise(home, port) as first:
        grandchild = grandchild_in(read_until(first, "grandchild", "all ready"))
        first.kill()
    with supervise(home, port) as second:
        read_until(second, "all ready")
        assert not is_alive(grandchild)
        second.terminate()


def test_a_running_supervisor_can_be_stopped_from_another_terminal(home: Home) -> None:
    port = free_port()
    with supervise(home, port) as supervisor:
        read_until(supervisor, "all ready")
        assert stop_running(home)
        assert is_free(port)
    assert not stop_running(home)


def test_processes_that_ignore_a_request_to_end_are_killed_after_the_grace(home: Home) -> None:
    out = io.StringIO()
    with Supervisor([Child("web", python(DEAF))], home=home, out=out, grace=0) as supervisor:
        until(lambda: "deaf" in out.getvalue())
        process = supervisor._keepers[0]._process
    assert process
    assert process.returncode == -signal.SIGKILL


def test_no_thread_is_left_behind(home: Home) -> None:
    before = threading.active_count()
    with Supervisor([Child("web", python("import signal; signal.pause()"))], home=home, out=io.StringIO()):
        assert threading.active_count() > before
    assert threading.active_count() == before


def test_listening_is_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert listens(port)
        assert not is_free(port)
    assert not listens(port)


def test_an_ignored_signal_stays_ignored_so_that_nohup_works(home: Home) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Supervisor([], home=home):
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) == signal.default_int_handler
    finally:
        signal.signal(signal.SIGHUP, before)


def test_nobody_reading_the_log_stops_the_supervisor(home: Home) -> None:
    port = free_port()
    with supervise(home, port) as supervisor:
        read_until(supervisor, "all ready")
        assert supervisor.stdout
        supervisor.stdout.close()
        with socket.create_connection(("127.0.0.1", port)):
            pass
        supervisor.wait(30)
    assert is_free(port)
