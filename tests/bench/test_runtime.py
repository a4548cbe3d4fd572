from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime import embedded

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.bench
ROOT = Path(__file__).resolve().parents[2]


def test_finding_servers_that_run(measure: Callable[..., None]) -> None:
    embedded.provide({}, ROOT)
    began = time.perf_counter()
    embedded.provide({}, ROOT)
    measure("embedded servers found by the next command", (time.perf_counter() - began) * 1000, "ms", at_most=50)
