"""What a destination must implement, and the values exchanged between it and the delivery engine.

A connector knows one destination's API and nothing of tenants, tables or queues. It never sleeps, never retries
and keeps no state: it asks `Calls` to make each request and writes what it learns about a row to the `Scoreboard`,
so that another process can take over at any point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from destinations.delivery.errors import RefusedError
    from destinations.delivery.outcomes import Change, Status
    from destinations.delivery.specs import ConnectorSettings, FieldKind, MappingSpec, Scope, TargetSpec

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do, as data. Batch sizes are items per call."""

    label: str
    identity: str  # the field that names a customer there
    field_kinds: frozenset[FieldKind]
    lands_in_list: bool
    lands_in_status: bool
    can_create: bool
    read_batch: int
    write_batch: int
    membership_batch: int
    members_page: int

    def least_calls(self, work: Workload) -> int:
        """The least number of calls this work can take."""
        return (
            ceil(work.to_look_up / self.read_batch)
            + ceil(work.to_write / self.write_batch)
            + ceil(work.to_create / self.write_batch)
            + ceil(work.to_enlist / self.membership_batch)
            + ceil(work.to_delist / self.membership_batch)
        )


@dataclass(frozen=True, slots=True)
class Workload:
    """How many rows need each kind of call."""

    to_look_up: int = 0
    to_write: int = 0
    to_create: int = 0
    to_enlist: int = 0
    to_delist: int = 0


@dataclass(frozen=True, slots=True)
class RateReport:
    """What an answer's headers said about limits, with this call already counted."""

    limit: int | None = None
    remaining: int | None = None
    window_seconds: float | None = None
    daily_limit: int | None = None
    daily_remaining: int | None = None


class RateObserver(Protocol):
    """Told about the limits after every answer; called from the thread that made the call."""

    def __call__(self, report: RateReport, /) -> None: ...


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One row of a slice.

    `row` is its number in the delivery's plan. `identity` is the normalised e-mail address, None for a member of
    the list that Muster never knew. `fields` holds values in the form in which they are sent, None for empty ones.
    """

    row: int
    change: Change
    identity: str | None
    external_id: str | None
    known_absent: bool = False
    fields: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row. `reason` is a code, perhaps with a field's name: "INVALID_OPTION:country"."""

    status: Status
    reason: str = ""
    request_id: str = ""


@dataclass(slots=True)
class RowProgress:
    """What is known of a row so far; saved when work stops half-way and restored when it resumes."""

    external_id: str | None = None
    absent: bool = False  # looked up and not found
    looked_up: bool = False  # in this delivery, so that the account's identity map may learn it
    written: bool = False
    created: bool = False
    tried_to_create: bool = False
    stuck_in: int = 0  # size of the smallest batch with this row that failed as a whole
    outcome: Outcome | None = None


class Scoreboard:
    """The rows of one slice and what is known of each."""

    def __init__(self, rows: Sequence[SliceRow], known: Mapping[int, RowProgress]) -> None:
        self.rows = tuple(rows)
        self.progress = {row.row: known.get(row.row) or _first_progress(row) for row in rows}

    def __getitem__(self, row: SliceRow) -> RowProgress:
        return self.progress[row.row]

    def settle(self, row: SliceRow, status: Status, *, reason: str = "", request_id: str = "") -> None:
        self.progress[row.row].outcome = Outcome(status, reason, request_id)

    def open_rows(self) -> list[SliceRow]:
        """Rows without an outcome yet, in the plan's order."""
        return [row for row in self.rows if self.progress[row.row].outcome is None]


def _first_progress(row: SliceRow) -> RowProgress:
    return RowProgress(external_id=row.external_id, absent=row.known_absent)


class Calls(Protocol):
    """Permission for calls, and the threads that make them.

    Both methods may raise `Pause` when the limits, the time or a person require work to resume later; answers
    received until then have been yielded. A transient error is never yielded: its batch stays undone.
    """

    def one(self, call: Callable[[], Answer], *, purpose: str) -> Answer:
        """The answer to a single call; raises a DestinationError or Pause."""
        ...

    def each(
        self, call: Callable[[Batch], Answer], batches: deque[Batch], *, purpose: str
    ) -> Iterator[tuple[Batch, Answer | RefusedError]]:
        """Yields answers as they arrive, in the caller's thread, with several calls in flight.

        Batches may be appended while it runs, such as the halves of a refused one.
        """
        ...

    def about_to_create(self, rows: Sequence[int]) -> None:
        """Records durably, before the call, that these rows are about to be created."""
        ...


class PreparedTarget(BaseModel):
    """A target as it exists at the destination, ready to be sent to.

    `claims` are further names under which the destination knows it (a list's id), unique in the installation.
    `size` is the number of members that the destination counts, None where nothing is counted.
    """

    model_config = ConfigDict(frozen=True)

    list_id: str | None = None
    list_name: str | None = None
    size: int | None = None
    created: bool = False
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How rows are sent: where to, how much of the audience, and what may be done."""

    target: TargetSpec
    prepared: PreparedTarget
    scope: Scope
    create_missing: bool
    keep_when_empty: frozenset[str]
    trace: str  # prefix of trace ids, unique to the delivery


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Ids of some members, and where the next page starts: None after the last."""

    external_ids: tuple[str, ...]
    after: str | None


class Connector(Protocol):
    """One account of one destination, signed in.

    Methods raise only errors from `delivery.errors`; any other exception is a bug and stops the delivery.
    """

    capabilities: ClassVar[Capabilities]

    @classmethod
    def open(cls, settings: ConnectorSettings, *, observe: RateObserver) -> AbstractContextManager[Self]:
        """Signs in for as long as the context lasts; `observe` receives what each answer says about limits."""
        ...

    @staticmethod
    def claims(target: TargetSpec) -> tuple[str, ...]:
        """The target's names within the account; two specs share one exactly when they land in the same place."""
        ...

    def probe(self, calls: Calls) -> None:
        """One cheap call that changes nothing: returns if the destination answers at all."""
        ...

    def check(self, mapping: MappingSpec, calls: Calls) -> None:
        """Raises ConfigurationError when a mapped field does not exist or can't be written; changes nothing."""
        ...

    def prepare(
        self, target: TargetSpec, known: PreparedTarget | None, calls: Calls, *, dry: bool
    ) -> PreparedTarget:
        """The current target, found by `known`'s ids or by name; created when missing, unless `dry`."""
        ...

    def members(self, prepared: PreparedTarget, after: str | None, calls: Calls) -> MembersPage:
        """One page of the target's members."""
        ...

    def send(self, board: Scoreboard, options: SendOptions, calls: Calls) -> None:
        """Gives each open row an outcome; a row left open met a transient error. Safe to repeat at any point."""
        ...
