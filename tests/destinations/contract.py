"""What every connector must do, whatever destination it speaks to: inherit `ConnectorContract`, provide a `lab`.

A lab is a real or simulated account of the destination, and hands that change it behind the connector's back.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import pytest

from destinations.delivery.calls import Pause, QuotaCalls, Stint
from destinations.delivery.connector import PreparedTarget, Scoreboard, SendOptions, SliceRow
from destinations.delivery.errors import AuthorisationError
from destinations.delivery.outcomes import Change, Status
from destinations.delivery.quota import Quota
from destinations.delivery.registry import connector_class
from destinations.delivery.specs import (
    AccountRef,
    Allowance,
    ListLanding,
    MappingSpec,
    Scope,
    StatusLanding,
    TargetSpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from destinations.delivery.connector import Connector, RateReport
    from destinations.delivery.specs import ConnectorSettings

LIST = TargetSpec(list=ListLanding(name="Contract"))
BOTH = TargetSpec(list=ListLanding(name="Contract"), status=StatusLanding(field="contract", label="Contract"))


class Lab(Protocol):
    """An account with nobody in it, and what others do to it."""

    settings: ConnectorSettings
    text_field: str
    """A text field of every customer that can be written."""

    def has(self, *emails: str) -> list[str]:
        """Puts customers there; their ids."""

    def forget(self, external_id: str) -> None:
        """Deletes a customer."""

    def members(self, name: str) -> list[str]:
        """Addresses on the list of that name, sorted; KeyError when there is no such list."""

    def set_members(self, name: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None: ...

    def values(self, email: str) -> dict[str, Any]: ...

    def everybody(self) -> list[str]:
        """Addresses of all customers there, sorted."""

    def lose_next_answer_to_a_creation(self) -> None: ...

    def answer_nothing(self, *, calls: int) -> None: ...

    def refuse_the_credential(self) -> None: ...


class Worker:
    """What the engine is to a connector: so many permitted calls, and a memory of what is about to be done."""

    def __init__(self, pool: ThreadPoolExecutor, *, calls: int = 10_000) -> None:
        account = AccountRef(kind="contract", account=uuid4().hex, app="app")
        self.about_to_create: list[int] = []
        self.reports: list[RateReport] = []
        self.calls = QuotaCalls(
            Quota(account, Allowance(burst=calls)),
            Stint(until=time.monotonic() + 60, watch=lambda: None),
            pool,
            about_to_create=self.about_to_create.extend,
        )


@contextmanager
def at_work(lab: Lab, *, calls: int = 10_000) -> Iterator[tuple[Connector, Worker]]:
    """The connector, signed in, and a worker who lets it make so many calls."""
    with ThreadPoolExecutor(10) as pool:
        worker = Worker(pool, calls=calls)
        kind = connector_class(lab.settings.account.kind)
        with kind.open(lab.settings, observe=worker.reports.append) as connector:
            yield connector, worker


def rows_of(
    *emails: str, change: Change = Change.ADD, fields: dict[str, str | None] | None = None
) -> list[SliceRow]:
    return [
        SliceRow(row=number, change=change, identity=email, external_id=None, fields=fields or {})
        for number, email in enumerate(emails, start=1)
    ]


def statuses(board: Scoreboard) -> dict[str | None, Status | None]:
    outcomes = {row.identity: board[row].outcome for row in board.rows}
    return {identity: outcome.status if outcome else None for identity, outcome in outcomes.items()}


class ConnectorContract:
    """The tests. A subclass has a fixture `lab`."""

    @staticmethod
    def prepared(lab: Lab, target: TargetSpec = LIST, known: PreparedTarget | None = None) -> PreparedTarget:
        with at_work(lab) as (connector, worker):
            return connector.prepare(target, known, worker.calls, dry=False)

    def send(
        self,
        lab: Lab,
        board: Scoreboard,
        *,
        target: TargetSpec = LIST,
        create: bool = False,
        calls: int = 10_000,
        scope: Scope = Scope.FULL,
    ) -> Worker:
        options = SendOptions(
            target=target,
            prepared=self.prepared(lab, target),
            scope=scope,
            create_missing=create,
            keep_when_empty=frozenset(),
            trace="contract",
        )
        with at_work(lab, calls=calls) as (connector, worker):
            connector.send(board, options, worker.calls)
        return worker

    def test_it_says_what_it_can_do(self, lab: Lab) -> None:
        able = connector_class(lab.settings.account.kind).capabilities
        assert able.label
        assert able.identity
        assert able.field_kinds
        assert able.lands_in_list or able.lands_in_status
        sizes = (able.read_batch, able.write_batch, able.membership_batch, able.members_page)
        assert min(sizes) >= 1

    def test_two_names_of_one_place_are_one_claim(self, lab: Lab) -> None:
        claims = connector_class(lab.settings.account.kind).claims
        other = TargetSpec(list=ListLanding(name="Another"))
        assert claims(LIST) == claims(LIST.model_copy())
        assert set(claims(LIST)) <= set(claims(BOTH))
        assert not set(claims(LIST)) & set(claims(other))

    def test_looking_changes_nothing(self, lab: Lab) -> None:
        with at_work(lab) as (connector, worker):
            connector.check(MappingSpec(identity="email"), worker.calls)
            found = connector.prepare(BOTH, None, worker.calls, dry=True)
        assert found.list_id is None
        with pytest.raises(KeyError):
            lab.members("Contract")

    def test_preparing_makes_the_place_once(self, lab: Lab) -> None:
        first = self.prepared(lab, BOTH)
        second = self.prepared(lab, BOTH)
        assert first.created
        assert second.model_copy(update={"created": True}) == first
        assert (first.size, lab.members("Contract")) == (0, [])

    def test_a_place_is_found_again_by_what_is_known_of_it(self, lab: Lab) -> None:
        first = self.prepared(lab)
        renamed = TargetSpec(list=ListLanding(name="Another name"))
        assert self.prepared(lab, renamed, known=first).list_id == first.list_id

    def test_every_member_is_on_some_page(self, lab: Lab) -> None:
        ids = lab.has(*(f"p{number}@example.com" for number in range(600)))
        prepared = self.prepared(lab)
        lab.set_members("Contract", add=[f"p{number}@example.com" for number in range(600)])
        seen: list[str] = []
        with at_work(lab) as (connector, worker):
            page = connector.members(prepared, None, worker.calls)
            seen.extend(page.external_ids)
            while page.after is not None:
                page = connector.members(prepared, page.after, worker.calls)
                seen.extend(page.external_ids)
        assert sorted(seen) == sorted(ids)

    def test_every_row_gets_an_outcome_and_who_is_there_becomes_a_member(self, lab: Lab) -> None:
        lab.has("a@example.com", "b@example.com")
        board = Scoreboard(rows_of("a@example.com", "b@example.com", "c@example.com"), {})
        self.send(lab, board)
        assert statuses(board) == {
            "a@example.com": Status.ADDED,
            "b@example.com": Status.ADDED,
            "c@example.com": Status.NOT_FOUND,
        }
        assert lab.members("Contract") == ["a@example.com", "b@example.com"]

    def test_sending_again_says_the_same_and_changes_nothing(self, lab: Lab) -> None:
        lab.has("a@example.com")
        for _ in range(2):
            board = Scoreboard(rows_of("a@example.com", "b@example.com"), {})
            self.send(lab, board, target=BOTH, create=False)
            assert statuses(board) == {"a@example.com": Status.ADDED, "b@example.com": Status.NOT_FOUND}
        assert lab.members("Contract") == ["a@example.com"]

    def test_fields_are_written_and_empty_ones_cleared(self, lab: Lab) -> None:
        lab.has("a@example.com")
        self.send(lab, Scoreboard(rows_of("a@example.com", fields={lab.text_field: "Rome"}), {}))
        assert lab.values("a@example.com")[lab.text_field] == "Rome"
        cleared = rows_of("a@example.com", change=Change.UPDATE, fields={lab.text_field: None})
        board = Scoreboard(cleared, {})
        self.send(lab, board)
        assert not lab.values("a@example.com").get(lab.text_field)
        assert statuses(board) == {"a@example.com": Status.UPDATED}

    def test_leavers_are_removed_and_it_does_not_matter_if_they_had_gone(self, lab: Lab) -> None:
        stays, leaves, gone = lab.has("a@example.com", "b@example.com", "c@example.com")
        self.send(lab, Scoreboard(rows_of("a@example.com", "b@example.com", "c@example.com"), {}))
        lab.forget(gone)
        board = Scoreboard(
            [
                SliceRow(1, Change.REMOVE, "b@example.com", leaves),
                SliceRow(2, Change.REMOVE, None, gone),
            ],
            {},
        )
        self.send(lab, board)
        assert set(statuses(board).values()) == {Status.REMOVED}
        assert lab.members("Contract") == ["a@example.com"]
        assert stays

    def test_a_contact_known_by_an_old_id_is_found_by_its_address(self, lab: Lab) -> None:
        (old,) = lab.has("a@example.com")
        lab.forget(old)
        lab.has("a@example.com")
        board = Scoreboard([SliceRow(1, Change.ADD, "a@example.com", old)], {})
        self.send(lab, board)
        assert statuses(board) == {"a@example.com": Status.ADDED}
        assert lab.members("Contract") == ["a@example.com"]

    def test_work_goes_on_where_it_was_interrupted_and_repeats_no_call(self, lab: Lab) -> None:
        emails = [f"p{number}@example.com" for number in range(450)]
        lab.has(*emails)
        whole = Scoreboard(rows_of(*emails), {})
        needed = self.send(lab, whole).calls.made.total()
        lab.set_members("Contract", remove=emails)

        board, made, stints = Scoreboard(rows_of(*emails), {}), 0, 0
        while board.open_rows():
            stints += 1
            interrupted = Scoreboard(rows_of(*emails), board.progress)
            made += self._send_a_little(lab, interrupted, calls=2)
            board = interrupted
        assert stints > 1
        assert made == needed
        assert lab.members("Contract") == sorted(emails)

    def _send_a_little(self, lab: Lab, board: Scoreboard, *, calls: int) -> int:
        """Sends until the limit says stop; the calls that were made."""
        options = SendOptions(LIST, self.prepared(lab), Scope.FULL, False, frozenset(), "contract")
        with at_work(lab, calls=calls) as (connector, worker):
            with suppress(Pause):  # the limit
                connector.send(board, options, worker.calls)
            return worker.calls.made.total()

    def test_who_is_missing_is_created_only_when_allowed(self, lab: Lab) -> None:
        board = Scoreboard(rows_of("a@example.com", fields={lab.text_field: "Rome"}), {})
        self.send(lab, board, create=False)
        assert lab.everybody() == []
        board = Scoreboard(rows_of("a@example.com", fields={lab.text_field: "Rome"}), {})
        worker = self.send(lab, board, create=True)
        assert statuses(board) == {"a@example.com": Status.CREATED}
        assert worker.about_to_create == [1]
        assert lab.values("a@example.com")[lab.text_field] == "Rome"
        assert lab.members("Contract") == ["a@example.com"]

    def test_a_creation_that_nobody_confirmed_is_not_repeated(self, lab: Lab) -> None:
        self.prepared(lab)
        lab.lose_next_answer_to_a_creation()
        board = Scoreboard(rows_of("a@example.com", "b@example.com"), {})
        self.send(lab, board, create=True)
        assert set(statuses(board).values()) == {Status.CREATED}
        assert lab.everybody() == ["a@example.com", "b@example.com"]

    def test_without_an_answer_rows_stay_open(self, lab: Lab) -> None:
        lab.has("a@example.com")
        options = SendOptions(LIST, self.prepared(lab), Scope.FULL, False, frozenset(), "contract")
        lab.answer_nothing(calls=50)
        board = Scoreboard(rows_of("a@example.com"), {})
        with at_work(lab) as (connector, worker), suppress(Pause):  # trouble
            connector.send(board, options, worker.calls)
        assert worker.calls.unanswered
        assert [row.identity for row in board.open_rows()] == ["a@example.com"]

    def test_a_refused_credential_is_an_error_of_authorisation(self, lab: Lab) -> None:
        options = SendOptions(LIST, self.prepared(lab), Scope.FULL, False, frozenset(), "contract")
        lab.refuse_the_credential()
        with at_work(lab) as (connector, worker), pytest.raises(AuthorisationError):
            connector.send(Scoreboard(rows_of("a@example.com"), {}), options, worker.calls)
