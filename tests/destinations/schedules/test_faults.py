"""Beat and worker die at random while schedules come due by the hundred: each time starts exactly one run."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import TYPE_CHECKING, Any

import pytest

from runtime import clock
from runtime.files import write_private
from tests.destinations.delivery.workshop import SHORT_LEASES, Workshop

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

MINUTES = 2
RATE = 4.0  # two minutes of the schedules are half a one of ours
PATIENCE_SECONDS = 600.0  # nothing is measured: only what never comes to its end fails
BEATS = 2
LEAST_KILLS = 10  # also where killing is slower than the schedules
HOUR = timedelta(hours=1)
JUMPS = {0: -HOUR, 3: -HOUR, 5: -HOUR, 8: HOUR}  # of the clock, by how many have died before: back, and forward
KNOWN = 3


@dataclass(frozen=True)
class Load:
    """Schedules that come due: most send nothing, as what is tried here is that they start."""

    held: int
    once: int
    often: int

    @property
    def schedules(self) -> int:
        return self.held + self.once + self.often


FEW, MANY = Load(held=30, once=6, often=4), Load(held=180, once=15, often=5)


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    path = tmp_path / "clock.json"
    clock.set_clock(path, rate=0)
    return path


@pytest.fixture
def workshop(tmp_path: Path, clock_file: Path) -> Iterator[Workshop]:
    options = SHORT_LEASES | {clock.VARIABLE: str(clock_file), "MUSTER_DISPATCH_SECONDS": "1"}
    with Workshop(tmp_path / "muster", options, steps="tests.destinations.schedules.outside") as workshop:
        workshop.sandbox.switch(limits=False)
        workshop.sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1, KNOWN + 1)))
        yield workshop


class Beats:
    """Beats beside the workshop's own, which all see the same schedules, and a worker beside its own."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.processes = [self._start(number) for number in range(BEATS - 1)]
        # Sends fill a worker for a minute at a time; as in production another one starts what is due.
        self.starter = workshop._celery("worker", "-Q", "default,engine", "--pool", "solo", "-n", "starter")

    def kill_one(self, chance: random.Random) -> None:
        number = chance.randrange(BEATS)
        if number == BEATS - 1:
            os.killpg(self.workshop.beat.pid, signal.SIGKILL)
            self.workshop.beat.wait()
            self.workshop.revive()
            return
        self._kill(self.processes[number])
        self.processes[number] = self._start(number)

    def close(self) -> None:
        for process in (*self.processes, self.starter):
            self._kill(process)

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        return self.workshop._celery(
            "beat", "--pidfile=", "--schedule", str(self.workshop.folder / f"beat{number}")
        )

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def shift(path: Path, span: timedelta) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    write_private(path, json.dumps(told | {"offset": told["offset"] + span.total_seconds()}))


@pytest.mark.parametrize(
    "load",
    [pytest.param(FEW, id="few", marks=pytest.mark.long), pytest.param(MANY, id="many", marks=pytest.mark.chaos)],
)
def test_each_time_starts_exactly_one_run_whoever_dies(workshop: Workshop, clock_file: Path, load: Load) -> None:
    start = workshop.ask(
        "set_up",
        account=asdict(workshop.sandbox.account),
        **asdict(load),
        within=MINUTES * 60,
    )
    clock.set_clock(clock_file, offset=_stood_since(clock_file), rate=RATE)
    last = datetime.fromisoformat(start) + timedelta(minutes=MINUTES)
    beats = Beats(workshop)
    try:
        report = _disturb_until_done(workshop, beats, clock_file, last)
    finally:
        beats.close()
    _check(report, load, datetime.fromisoformat(start), last)


def _stood_since(path: Path) -> timedelta:
    """How far behind a clock is that stood still while everything was set up."""
    told = json.loads(path.read_text(encoding="utf-8"))
    anchor = datetime.fromisoformat(told["anchor"])
    return anchor - datetime.now(anchor.tzinfo)


def _disturb_until_done(workshop: Workshop, beats: Beats, clock_file: Path, last: datetime) -> dict[str, Any]:
    chance = random.Random(7)  # noqa: S311  a test that can be repeated
    for kills in count():
        time.sleep(chance.uniform(0.5, 3))
        if kills >= LEAST_KILLS and _now(clock_file) > last:
            break
        with _jumped(clock_file, JUMPS.get(kills)):
            workshop.kill_worker() if kills % 3 == 1 else beats.kill_one(chance)
    workshop.ask("stop", until=last.isoformat())
    return _report_of_the_end(workshop)


def _report_of_the_end(workshop: Workshop) -> dict[str, Any]:
    """As soon as everything that was due has ended."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        report: dict[str, Any] = workshop.ask("report")
        if not report["open"] and not report["waiting"]:
            return report
        assert time.monotonic() < until, (report["open"], report["waiting"])
        time.sleep(1)


@contextmanager
def _jumped(clock_file: Path, span: timedelta | None) -> Iterator[None]:
    """The clock of every process jumps, beats and workers go on for a while, and it jumps back."""
    if span is None:
        yield
        return
    shift(clock_file, span)
    yield
    time.sleep(3)
    shift(clock_file, -span)


def _now(path: Path) -> datetime:
    told = json.loads(path.read_text(encoding="utf-8"))
    anchor = datetime.fromisoformat(told["anchor"])
    passed = datetime.now(anchor.tzinfo) - anchor
    return anchor + timedelta(seconds=float(told["offset"])) + passed * float(told["rate"])


def _check(report: dict[str, Any], load: Load, start: datetime, last: datetime) -> None:
    started = report["started"]
    assert len(started) == load.schedules, f"{load.schedules - len(started)} were lost"
    for name, due in started.items():
        assert len(set(due)) == len(due), f"{name} ran twice for {due}"
        assert due == sorted(due)
        begun = report["begun"].get(name, [])
        assert all(earlier < later for earlier, later in pairwise(begun)), f"{name} was sent out of order"
    once = [name for name in started if not name.startswith("Often")]
    assert all(len(started[name]) == 1 for name in once)
    assert all(len(report["begun"][name]) == 1 for name in once if name.startswith("Once"))
    # Of times that come every minute, those that passed while nobody could start them are counted.
    first = start.replace(second=0, microsecond=0) + timedelta(minutes=1)
    minutes = int((last - first).total_seconds() // 60) + 1
    assert all(report["times"][name] >= minutes for name in started if name.startswith("Often"))
    assert set(report["states"]) <= {"Completed", "Held"}, report["states"]
