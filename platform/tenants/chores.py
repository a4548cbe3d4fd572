"""What beat's three fixed jobs do: apps register their part of each in `ready()`, and beat needs no others."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Job(StrEnum):
    DISPATCH = "dispatch"  # start what is due
    RECOVER = "recover"  # resume what a killed process or a lost message left unfinished
    KEEP_HOUSE = "keep house"  # remove what has been kept long enough, check what may go stale


_chores: dict[Job, dict[str, Callable[[], None]]] = {job: {} for job in Job}


def register(job: Job, name: str, chore: Callable[[], None]) -> None:
    """`chore` runs outside any tenant, often and perhaps twice at once, and must be safe to kill."""
    _chores[job][name] = chore


def run(job: Job) -> None:
    """Runs every chore even after one has failed; then raises an ExceptionGroup of the failures."""
    failures: list[Exception] = []
    for name, chore in _chores[job].items():
        try:
            chore()
        except Exception as error:  # noqa: BLE001  one app's fault costs no other its chore; raised below
            error.add_note(f"in the chore “{name}” of the job “{job}”")
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} chores of the job “{job}” failed", failures)
