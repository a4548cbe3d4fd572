"""What people can ask to be alerted about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices


class Event(TextChoices):
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors", "Completed with errors"
    FAILED = "failed", "Failed"
    HELD = "held", "Held"
    DELAYED = "delayed", "Delayed"
    MISSED = "missed", "Missed"
    CREDENTIAL = "credential", "Credential needs attention"
    SKIPPED = "skipped", "Too many rows skipped"

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    Event.STARTED: "each time",
    Event.COMPLETED: "each time",
    Event.COMPLETED_WITH_ERRORS: "some customers were invalid or refused",
    Event.FAILED: "nothing was sent, or not everything",
    Event.HELD: "it waits for approval",
    Event.DELAYED: "it started late, or continues with tomorrow's calls",
    Event.MISSED: "it was due and did not run",
    Event.CREDENTIAL: "nothing can be sent until it is authorised again",
    Event.SKIPPED: "more than the share below",
}
PROBLEMS = frozenset(
    {
        Event.COMPLETED_WITH_ERRORS,
        Event.FAILED,
        Event.HELD,
        Event.DELAYED,
        Event.MISSED,
        Event.CREDENTIAL,
        Event.SKIPPED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened, as far as alerts are concerned.

    `about` holds the keys of the subjects that it concerns, such as `destination:12` and `orchestration:5`, the
    narrowest first. Success of the narrowest is also a success of each of `parts_of`: what kept all their parts
    back is over. `skipped_percent` is the share of rows that were not delivered.
    """

    event: Event
    about: tuple[str, ...] = ()
    parts_of: tuple[str, ...] = ()
    skipped_percent: float = 0
