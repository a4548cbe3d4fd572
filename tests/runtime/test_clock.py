from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import time_machine

from runtime import clock

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clock.json"
    monkeypatch.setenv(clock.VARIABLE, str(path))
    return path


def test_without_a_file_the_clock_is_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(clock.VARIABLE, raising=False)
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON


def test_an_offset_moves_the_clock(file: Path) -> None:
    with time_machine.travel(NOON, tick=False):
        clock.set_clock(file, offset=timedelta(days=-7))
        assert clock.now() == NOON - timedelta(days=7)


def test_a_rate_makes_time_pass_faster_from_the_moment_it_is_set(file: Path) -> None:
    with time_machine.travel(NOON, tick=False) as real:
        clock.set_clock(file, offset=timedelta(hours=1), rate=60)
        assert clock.now() == NOON + timedelta(hours=1)
        real.shift(timedelta(minutes=1))
        assert clock.now() == NOON + timedelta(hours=2)


def test_a_rate_of_zero_stops_the_clock(file: Path) -> None:
    with time_machine.travel(NOON, tick=False) as real:
        clock.set_clock(file, rate=0)
        real.shift(timedelta(days=1))
        assert clock.now() == NOON


def test_another_process_reads_the_same_clock(file: Path) -> None:
    clock.set_clock(file, offset=timedelta(days=400), rate=0)
    program = "from runtime import clock; print(clock.now().isoformat())"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.check_output([sys.executable, "-c", program], text=True, env=environment)
    assert datetime.fromisoformat(said.strip()) == clock.now()


def test_a_missing_file_is_an_error_rather_than_the_wrong_time(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        clock.now()


def test_today_is_the_date_where_the_tenant_is() -> None:
    with time_machine.travel(datetime(2026, 3, 1, 23, 30, tzinfo=UTC), tick=False):
        assert clock.today(ZoneInfo("Europe/Berlin")).isoformat() == "2026-03-02"
        assert clock.today(ZoneInfo("America/New_York")).isoformat() == "2026-03-01"
