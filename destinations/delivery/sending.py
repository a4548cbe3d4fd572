"""The step that sends one slice."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from destinations.delivery import boards, files
from destinations.delivery.calls import Pause
from destinations.delivery.connector import SendOptions
from destinations.delivery.errors import DestinationError
from destinations.delivery.outcomes import Status

if TYPE_CHECKING:
    from destinations.delivery.calls import QuotaCalls
    from destinations.delivery.connector import Connector, Scoreboard
    from destinations.delivery.models import Delivery, Slice

RETRIES = 6
"""Stints in which others were answered but not this row, after which it counts as failed: about a minute."""


def send(piece: Slice, connector: Connector, calls: QuotaCalls) -> bool:
    """Advances the rows as far as limits, time and the destination allow, and saves their progress."""
    board = boards.load_board(piece)
    try:
        connector.send(board, options_of(piece.delivery), calls)
    finally:
        _learn_whether_it_answers_at_all(connector, calls)
        _give_up_on_the_unanswered(board, piece, calls)
        piece.file = files.delivery_file(
            piece.delivery_id, f"slice-{piece.phase}-{piece.number}", epoch=piece.lease_epoch
        )
        boards.save_board(board, piece.file)
    return not board.open_rows()


def options_of(delivery: Delivery) -> SendOptions:
    assert delivery.prepared is not None  # noqa: S101 - sending follows connecting
    return SendOptions(
        target=delivery.target.spec,
        prepared=delivery.prepared,
        scope=delivery.extent,
        create_missing=delivery.connector.create_missing,
        keep_when_empty=frozenset(field.field for field in delivery.mapping.fields if field.keep_when_empty),
        trace=f"muster-{delivery.pk}",
    )


def _learn_whether_it_answers_at_all(connector: Connector, calls: QuotaCalls) -> None:
    """Distinguishes calls that are never answered from a destination that answers nothing."""
    if calls.unanswered and not calls.answered:
        with suppress(Pause, DestinationError):
            connector.probe(calls)


def _give_up_on_the_unanswered(board: Scoreboard, piece: Slice, calls: QuotaCalls) -> None:
    if calls.unanswered and calls.answered and piece.failures >= RETRIES:
        for row in board.open_rows():
            board.settle(row, Status.FAILED, reason="no_answer")
