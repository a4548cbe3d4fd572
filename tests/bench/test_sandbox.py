"""The sandbox must never be what a measurement of deliveries measures."""

from __future__ import annotations

import json
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.sandbox import Sandbox, start_sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.bench

READ = "/crm/objects/2026-09/contacts/batch/read"
SECONDS = 5.0
CALLERS = 4
PROFESSIONAL_CALLS_PER_SECOND = 19


@pytest.fixture(scope="module")
def crowded() -> Iterator[Sandbox]:
    running = start_sandbox("--contacts", "1000000")
    running.switch(limits=False)
    yield running
    running.kill()
    running.session.close()
    assert running.process.stdout is not None
    running.process.stdout.close()


def emails(sandbox: Sandbox) -> list[str]:
    page = sandbox.call("GET", "/crm/objects/2026-09/contacts?limit=100&after=171590500000").json()
    return [contact["properties"]["email"] for contact in page["results"]]


def test_calls_per_second(crowded: Sandbox, measure: Callable[..., None]) -> None:
    rows = [{"id": email} for email in emails(crowded)]
    body = json.dumps({"idProperty": "email", "properties": ["email", "hs_additional_emails"], "inputs": rows})
    ends = time.perf_counter() + SECONDS
    answered: list[int] = []

    def read_until_the_end() -> None:
        connection = HTTPConnection(urlsplit(crowded.url).netloc)
        calls = 0
        while time.perf_counter() < ends:
            connection.request("POST", READ, body, {"Authorization": f"Bearer {crowded.token}"})
            calls += len(json.loads(connection.getresponse().read())["results"]) == len(rows)
        connection.close()
        answered.append(calls)

    callers = [threading.Thread(target=read_until_the_end) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    least = 5 * PROFESSIONAL_CALLS_PER_SECOND
    measure("sandbox: reads of 100 contacts out of 1,000,000", sum(answered) / SECONDS, "calls/s", at_least=least)


def test_memory_of_a_million_contacts(crowded: Sandbox, measure: Callable[..., None]) -> None:
    status = Path(f"/proc/{crowded.process.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    measure("sandbox: memory with 1,000,000 contacts", resident / 1024**2, "GiB", at_most=2)
