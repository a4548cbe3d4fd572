"""Sends the rows of one slice to HubSpot: look up, write, create, add to the list.

Each stage takes the rows that are ready for it, so the work can start and stop at any point. A row whose contact
turns out to be gone, or merged into another, returns to the first stage once.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from destinations.delivery.errors import ConfigurationError, RefusedError, Unavailable
from destinations.delivery.outcomes import Change, Status
from destinations.delivery.specs import Scope
from destinations.hubspot.client import LARGEST_BATCH
from destinations.hubspot.landing import EXISTING, EXITED, REALIZED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from destinations.delivery.connector import Calls, Scoreboard, SendOptions, SliceRow
    from destinations.hubspot.answers import (
        ContactsCreated,
        ContactsRead,
        ContactsUpdated,
        MembershipChange,
        RowRefusal,
    )
    from destinations.hubspot.client import HubSpotClient

PASSES = 3
"""Enough for a row whose stored id is outdated, and for one whose creation got no answer."""

SETUP_CODES = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})
"""Not the row's fault: every row would be refused in the same way."""

TOOK_TOO_LONG = 524
"""The gateway's answer after 100 seconds; the request may have been carried out."""

Answer = TypeVar("Answer")
Rows = tuple["SliceRow", ...]


class RowSender:
    """Sends the open rows of one board."""

    def __init__(
        self,
        client: HubSpotClient,
        board: Scoreboard,
        options: SendOptions,
        calls: Calls,
        *,
        membership_batch: int,
    ) -> None:
        self._client = client
        self._board = board
        self._options = options
        self._calls = calls
        self._membership_batch = membership_batch
        self._status = options.target.status.field if options.target.status else None
        self._started_again: set[int] = set()
        self._written_by: dict[int, str] = {}  # the request that last changed a row's contact

    def send(self) -> None:
        for _ in range(PASSES):
            self._look_up()
            self._keep_one_row_per_contact()
            self._write()
            self._create()
            self._write()
            self._enlist()
            if not any(self._must_look_up(row) for row in self._open()):
                return

    # Look up

    def _must_look_up(self, row: SliceRow) -> bool:
        known = self._board[row]
        unsure = not known.absent or (known.tried_to_create and not known.looked_up)
        return row.identity is not None and known.external_id is None and unsure

    def _look_up(self) -> None:
        rows = [row for row in self._open() if self._must_look_up(row)]
        for batch, answer in self._each(self._read, rows, LARGEST_BATCH, purpose="read"):
            for row in batch:
                self._looked_up(row, answer)

    def _read(self, batch: Rows) -> ContactsRead:
        return self._client.read_contacts([_address(row) for row in batch])

    def _looked_up(self, row: SliceRow, answer: ContactsRead) -> None:
        known = self._board[row]
        contact = answer.found.get(_address(row))
        if contact is None and _address(row) in answer.silent:
            self._fail(row, "unaccounted", answer.request_id)
            return
        known.looked_up = True
        known.absent = contact is None
        if contact is not None:
            known.external_id = contact.id
            known.created = known.written = known.tried_to_create
        elif row.change is Change.REMOVE:
            self._board.settle(row, Status.REMOVED, reason="gone_already", request_id=answer.request_id)
        elif not self._options.create_missing:
            self._board.settle(row, Status.NOT_FOUND, reason="not_there", request_id=answer.request_id)

    def _keep_one_row_per_contact(self) -> None:
        """Of several addresses of one contact the first row is sent: HubSpot refuses a repeated id in a batch."""
        first: dict[str, SliceRow] = {}
        for row in self._board.rows:
            contact = self._board[row].external_id
            if contact is None or row.change is Change.REMOVE:
                continue
            if first.setdefault(contact, row) is not row and self._board[row].outcome is None:
                self._board.settle(row, Status.DUPLICATE, reason="same_contact")

    # Write

    def _write(self) -> None:
        rows = []
        for row in self._open():
            known = self._board[row]
            if known.external_id is None or known.written:
                continue
            if self._values(row):
                rows.append(row)
            else:
                known.written = True
        for batch, answer in self._each(self._update, rows, LARGEST_BATCH, purpose="update"):
            for row in batch:
                self._updated(row, answer)
        if not self._options.target.list:
            for row in self._open():
                if self._board[row].written:
                    self._settle_done(row)

    def _values(self, row: SliceRow) -> dict[str, str]:
        """The values to write to the contact; an empty one clears the property unless it is to be kept."""
        values = {
            name: value or ""
            for name, value in row.fields.items()
            if value or name not in self._options.keep_when_empty
        }
        standing = self._standing(row)
        if self._status is not None and standing is not None:
            values[self._status] = standing
        return values

    def _standing(self, row: SliceRow) -> str | None:
        if row.change is Change.REMOVE:
            return EXITED
        if row.change is Change.ADD:
            return REALIZED
        return EXISTING if self._options.scope is Scope.RESEND else None

    def _update(self, batch: Rows) -> ContactsUpdated:
        return self._client.update_contacts({self._contact(row): self._values(row) for row in batch})

    def _updated(self, row: SliceRow, answer: ContactsUpdated) -> None:
        contact = self._contact(row)
        if contact in answer.updated:
            self._board[row].written = True
            self._written_by[row.row] = answer.request_id
        elif contact in answer.refused:
            self._refuse(row, answer.refused[contact], answer.request_id)
        else:  # deleted, or merged into another
            self._start_again(row, answer.request_id)

    # Create

    def _create(self) -> None:
        if not self._options.create_missing:
            return
        rows = [row for row in self._open() if self._board[row].absent and self._board[row].external_id is None]
        rows = [row for row in rows if not self._must_look_up(row)]
        if not rows:
            return
        self._calls.about_to_create([row.row for row in rows])
        for row in rows:
            self._board[row].tried_to_create = True
            self._board[row].looked_up = False  # until an answer says otherwise: it may exist now
        for batch, answer in self._each(self._make, rows, LARGEST_BATCH, purpose="create"):
            for row in batch:
                self._made(row, answer)

    def _make(self, batch: Rows) -> ContactsCreated:
        return self._client.create_contacts(
            {self._trace(row): {**self._values(row), "email": _address(row)} for row in batch}
        )

    def _made(self, row: SliceRow, answer: ContactsCreated) -> None:
        trace = self._trace(row)
        if trace in answer.created:
            self._found(row, answer.created[trace], created=True)
            self._written_by[row.row] = answer.request_id
        elif trace in answer.refused:
            refusal = answer.refused[trace]
            if refusal.existing_id is not None:
                self._found(row, refusal.existing_id, created=False)
            elif refusal.category == "CONFLICT":
                self._exists_after_all(row)
            else:
                self._refuse(row, refusal, answer.request_id)

    def _found(self, row: SliceRow, contact: str, *, created: bool) -> None:
        known = self._board[row]
        known.external_id, known.absent, known.looked_up = contact, False, True
        known.created = known.written = created
        known.tried_to_create = created

    def _exists_after_all(self, row: SliceRow) -> None:
        """Someone else created it: look it up like any other."""
        known = self._board[row]
        known.absent = known.tried_to_create = False

    def _trace(self, row: SliceRow) -> str:
        return f"{self._options.trace}-{row.row}"

    # Add to the list, remove from it

    def _enlist(self) -> None:
        if not self._options.target.list:
            return
        rows = []
        for row in self._open():
            if self._board[row].external_id is None or not self._board[row].written:
                continue
            if row.change is Change.UPDATE and self._options.scope is not Scope.RESEND:
                self._settle_done(row)
            else:
                rows.append(row)
        size = self._membership_batch
        for batch, answer in self._each(self._change_members, rows, size, purpose="membership"):
            for row in batch:
                self._enlisted(row, answer)

    def _change_members(self, batch: Rows) -> MembershipChange:
        list_id = self._options.prepared.list_id
        assert list_id is not None  # noqa: S101 - a target with a list has been prepared
        add = {self._contact(row) for row in batch if row.change is not Change.REMOVE}
        remove = {self._contact(row) for row in batch if row.change is Change.REMOVE}
        return self._client.change_members(list_id, add=add, remove=remove)

    def _enlisted(self, row: SliceRow, answer: MembershipChange) -> None:
        if self._contact(row) in answer.missing:
            self._start_again(row, answer.request_id)
        else:
            self._settle_done(row, answer.request_id)

    # What becomes of a row

    def _open(self) -> list[SliceRow]:
        return self._board.open_rows()

    def _contact(self, row: SliceRow) -> str:
        return self._board[row].external_id or ""

    def _settle_done(self, row: SliceRow, request_id: str = "") -> None:
        done = {Change.ADD: Status.ADDED, Change.UPDATE: Status.UPDATED, Change.REMOVE: Status.REMOVED}
        status = Status.CREATED if self._board[row].created else done[row.change]
        self._board.settle(row, status, request_id=request_id or self._written_by.get(row.row, ""))

    def _start_again(self, row: SliceRow, request_id: str) -> None:
        """The known id no longer leads to the contact: look it up by address again, but only once."""
        known = self._board[row]
        if row.change is Change.REMOVE:
            self._board.settle(row, Status.REMOVED, reason="gone_already", request_id=request_id)
            return
        known.external_id, known.written, known.looked_up = None, False, False
        if row.row in self._started_again:
            self._board.settle(row, Status.NOT_FOUND, reason="vanished", request_id=request_id)
        self._started_again.add(row.row)

    def _refuse(self, row: SliceRow, refusal: RowRefusal, request_id: str) -> None:
        self._blame_the_setup(refusal.codes, refusal.fields)
        self._fail(row, _reason(refusal.category, refusal.codes, refusal.fields), request_id)

    def _fail(self, row: SliceRow, reason: str, request_id: str) -> None:
        self._board.settle(row, Status.FAILED, reason=reason, request_id=request_id)

    def _blame_the_setup(self, codes: Sequence[str], fields: Sequence[str]) -> None:
        for code, name in zip(codes, fields, strict=False):
            if code in SETUP_CODES and name == self._status and self._options.prepared.created:
                raise Unavailable("HubSpot does not know its new property yet.", maybe_written=False)
            if code in SETUP_CODES:
                raise ConfigurationError(
                    f"HubSpot has no property “{name}” that can be written. Create it, or change the mapping."
                )

    # Calls

    def _each(
        self, call: Callable[[Rows], Answer], rows: Iterable[SliceRow], size: int, *, purpose: str
    ) -> Iterator[tuple[Rows, Answer]]:
        """Yields the answer for each batch; a refused batch is halved until the row at fault is alone.

        The state of the halving is kept with the rows, and halves go first: limits may stop the work at any call,
        and it must still make progress.
        """
        batches: deque[Rows] = deque(self._batches(rows, size))
        for batch, answer in self._calls.each(partial(self._in_time, call), batches, purpose=purpose):
            if not isinstance(answer, RefusedError):
                self._note_stuck(batch, 0)
                yield batch, answer
            elif len(batch) > 1:
                evidence = answer.evidence
                self._blame_the_setup(evidence.codes, evidence.fields)
                self._note_stuck(batch, len(batch))
                middle = len(batch) // 2
                batches.extendleft((batch[middle:], batch[:middle]))
            else:
                self._refused_alone(batch[0], answer)

    def _in_time(self, call: Callable[[Rows], Answer], batch: Rows) -> Answer:
        """A batch that HubSpot could not process in time is smaller on the next try."""
        try:
            return call(batch)
        except Unavailable as error:
            if error.evidence.status == TOOK_TOO_LONG:
                self._note_stuck(batch, len(batch))
            raise

    def _note_stuck(self, batch: Rows, size: int) -> None:
        for row in batch:
            self._board[row].stuck_in = size

    def _batches(self, rows: Iterable[SliceRow], size: int) -> Iterator[Rows]:
        """Batches of at most `size` rows, or of half the batch that rows were stuck in before."""
        for stuck_in, alike in groupby(rows, key=lambda row: self._board[row].stuck_in):
            yield from _cut(tuple(alike), min(size, max(1, stuck_in // 2)) if stuck_in else size)

    def _refused_alone(self, row: SliceRow, refusal: RefusedError) -> None:
        evidence = refusal.evidence
        if evidence.category == "CONFLICT" and self._board[row].tried_to_create:
            self._exists_after_all(row)
            return
        self._fail(row, _reason(evidence.category, evidence.codes, evidence.fields), evidence.request_id)


def _cut(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _address(row: SliceRow) -> str:
    return row.identity or ""


def _reason(category: str, codes: Sequence[str], fields: Sequence[str]) -> str:
    """A code and, if one is blamed, the property: "INVALID_OPTION:country"."""
    code = codes[0] if codes else category or "refused"
    return f"{code}:{fields[0]}" if fields else code
