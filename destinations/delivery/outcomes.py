"""The status of each row, and the sums that must agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


class Change(StrEnum):
    """The change a row of the plan needs, found by comparing the audience with the target's ledger."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    UNCHANGED = "unchanged"
    NONE = "none"  # nothing can be done: the row is invalid, a duplicate, or known not to exist


class Status(StrEnum):
    """What became of a row: its change against the ledger, not the answer to one attempt."""

    FAILED = "failed"
    CREATED = "created"
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    NOT_SENT = "not_sent"
    REMOVED = "removed"  # a leaver; never part of the audience


AUDIENCE_STATUSES = tuple(status for status in Status if status is not Status.REMOVED)
"""Every row of the audience has exactly one of these: the first that applies, in this order."""

DELIVERED_STATUSES = frozenset({Status.CREATED, Status.ADDED, Status.UPDATED, Status.UNCHANGED})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows had each outcome. Leavers are counted separately from the audience."""

    audience: int = 0
    failed: int = 0
    created: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    not_found: int = 0
    invalid: int = 0
    duplicate: int = 0
    not_sent: int = 0
    removed: int = 0
    removals_failed: int = 0
    removals_not_sent: int = 0

    @classmethod
    def of(cls, audience: Mapping[str, int], leavers: Mapping[str, int]) -> Self:
        """Counts by status of the audience's rows and of the leavers' rows."""
        return cls(
            audience=sum(audience.values()),
            removed=leavers.get(Status.REMOVED, 0),
            removals_failed=leavers.get(Status.FAILED, 0),
            removals_not_sent=leavers.get(Status.NOT_SENT, 0),
            **{status.value: audience.get(status, 0) for status in AUDIENCE_STATUSES},
        )

    def with_retry(self, retry: Counts) -> Counts:
        """The same rows after all failed ones were retried, with the outcomes of the retry."""
        sums = {status.value: self.of_status(status) + retry.of_status(status) for status in AUDIENCE_STATUSES}
        return replace(self, **sums | {"failed": retry.failed}, removed=self.removed + retry.removed)

    def as_json(self) -> dict[str, int]:
        return asdict(self)

    def of_status(self, status: Status) -> int:
        count: int = getattr(self, status)
        return count

    @property
    def agree(self) -> bool:
        """Whether every row of the audience is accounted for exactly once."""
        return self.audience == sum(self.of_status(status) for status in AUDIENCE_STATUSES)

    @property
    def delivered(self) -> int:
        return sum(self.of_status(status) for status in DELIVERED_STATUSES)

    @property
    def undelivered(self) -> int:
        return self.audience - self.delivered

    @property
    def has_errors(self) -> bool:
        """At least one row is invalid or failed; rows the destination does not have are no errors."""
        return bool(self.invalid or self.failed or self.removals_failed)
