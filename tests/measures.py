"""The results of benchmarks: a table at the end of the run, and `bench.json` to compare runs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pytest

from runtime.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable

MEASURES = pytest.StashKey[list["Measure"]]()


@dataclass(frozen=True)
class Measure:
    """A figure, and whether it is within its limit."""

    name: str
    value: float
    unit: str
    target: str
    ok: bool


def measured(
    name: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None
) -> Measure:
    limits = [("≤", at_most, value <= (at_most or 0)), ("≥", at_least, value >= (at_least or 0))]
    targets = {f"{sign} {limit:g}": ok for sign, limit, ok in limits if limit is not None}
    return Measure(name, round(value, 4), unit, " and ".join(targets), all(targets.values()))


@pytest.fixture
def measure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Record a figure: `measure("plan of 1,000,000 rows", seconds, "s", at_most=15)`."""
    return lambda *what, **limits: request.config.stash[MEASURES].append(measured(*what, **limits))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[MEASURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not (measures := config.stash[MEASURES]):
        return
    file = Home.of(config.rootpath, os.environ).path / "bench.json"
    file.write_text(json.dumps([asdict(measure) for measure in measures], indent=2) + "\n")
    terminalreporter.section("measures")
    for measure in measures:
        terminalreporter.line(
            f"{'ok    ' if measure.ok else 'MISSED'}  {measure.name:<70} {measure.value:>12,g} {measure.unit:<8}"
            f" {measure.target}",
            red=not measure.ok,
        )
