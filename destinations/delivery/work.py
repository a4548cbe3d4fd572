"""One worker's stint on one slice: lease it, keep it, do it, and record how far it got."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol, cast

import structlog
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Coalesce, Now

from destinations.delivery import connecting, handover, progress, sending
from destinations.delivery.calls import Pause, QuotaCalls, Stint, Why
from destinations.delivery.connecting import TargetTaken
from destinations.delivery.endings import SERVER_AWAY, fail, hold
from destinations.delivery.errors import DestinationError
from destinations.delivery.leases import Keeper, LeaseLost
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.quota import Quota
from destinations.delivery.registry import open_connector
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import ThreadPoolExecutor

    from destinations.delivery.connector import Connector

PATIENCE = timedelta(minutes=30)
"""A destination that answers nothing for this long ends the delivery; what was not sent can be sent later."""

LONGEST_BACKOFF_SECONDS = 60.0
SECONDS_BETWEEN_LOOKS = 1.0
"""How long calls continue after someone stops their delivery, or a later run of a campaign replaces it."""

log = structlog.get_logger(__name__)


class Step(Protocol):
    """Does a slice's work or raises Pause; either way `piece` then names the files it wrote.

    True when the slice is done.
    """

    def __call__(self, piece: Slice, connector: Connector, calls: QuotaCalls) -> bool: ...


STEPS: dict[int, Step] = {
    Slice.Phase.CONNECT: connecting.connect,
    Slice.Phase.SEND: sending.send,
    Slice.Phase.REMOVE: sending.send,
}


def work_on(delivery_id: int, *, until: float, pool: ThreadPoolExecutor) -> Pause | None:
    """Works on the delivery's next free slice, if any; returns a pause if the whole account must wait.

    `until` is in terms of `time.monotonic`. Unless the process is killed, the slice ends up free or done.
    """
    piece = take_slice(delivery_id)
    if piece is None:
        return None
    hold = Hold(piece)
    with Keeper(hold.beat) as keeper:
        stint = Stint(until=until, watch=partial(hold.watch, keeper))
        try:
            return _do(piece, stint, pool)
        except LeaseLost:
            log.info("slice_went_to_another_worker", delivery_id=delivery_id, slice_id=piece.pk)
            return None


def take_slice(delivery_id: int) -> Slice | None:
    """Leases the delivery's first free slice whose phase has come."""
    with transaction.atomic():
        piece: Slice | None = (
            Slice.objects.takeable(delivery_id)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("delivery__target")
            .first()
        )
        if piece is None:
            return None
        epoch = Slice.objects.lease(piece.pk)
        if epoch is None:
            return None
        piece.lease_epoch = epoch
        Delivery.objects.filter(pk=delivery_id).update(served_at=Now())
        return piece


@dataclass
class Hold:
    """A leased slice: whether it is still ours, and whether its delivery still continues."""

    piece: Slice
    _looked_at: float = -SECONDS_BETWEEN_LOOKS

    def beat(self) -> bool:
        return bool(Slice.objects.renew(self.piece.pk, self.piece.lease_epoch))

    def watch(self, keeper: Keeper) -> None:
        """Called before each request: once a delivery is stopped, only calls already in flight complete."""
        keeper.require()
        if time.monotonic() - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return
        self._looked_at = time.monotonic()
        status = Delivery.objects.values_list("status", flat=True).get(pk=self.piece.delivery_id)
        if status not in {Delivery.Status.PREPARING, Delivery.Status.SENDING}:
            raise Pause(Why.STOP)


def _do(piece: Slice, stint: Stint, pool: ThreadPoolExecutor) -> Pause | None:
    settings = piece.delivery.connector
    quota = Quota(settings.account, settings.allowance)
    calls = QuotaCalls(quota, stint, pool, about_to_create=partial(_about_to_create, piece))
    try:
        with open_connector(settings, observe=quota.observe) as connector:
            done = STEPS[piece.phase](piece, connector, calls)
    except Pause as pause:
        return _pause(piece, calls, pause)
    except (LeaseLost, *SERVER_AWAY):
        raise
    except Exception as error:
        if not isinstance(error, DestinationError):
            log.exception("delivery_met_an_unknown_error", delivery_id=piece.delivery_id)
        _give_up(piece, calls, error)
        return None
    if not done:
        return _pause(piece, calls, Pause(Why.TROUBLE))
    _finish(piece, calls)
    return None


def _about_to_create(piece: Slice, rows: Sequence[int]) -> None:
    piece.creating = sorted({*piece.creating, *rows})
    if not Slice.objects.filter(pk=piece.pk).leased_with(piece.lease_epoch).update(creating=piece.creating):
        raise LeaseLost


def _finish(piece: Slice, calls: QuotaCalls) -> None:
    with transaction.atomic():
        _write(piece, calls, state=Slice.State.DONE)
        _answered(piece.delivery)
        _hand_over(piece)


def _pause(piece: Slice, calls: QuotaCalls, pause: Pause) -> Pause | None:
    """Frees the slice for later, and returns the pause if the whole account must pause."""
    if pause.why is Why.TROUBLE:
        return _back_off(piece, calls)
    with transaction.atomic():
        _write(piece, calls)
        _answered(piece.delivery, waiting=pause)
        _hand_over(piece)
    return None if pause.why is Why.STOP else pause


def _back_off(piece: Slice, calls: QuotaCalls) -> Pause | None:
    """If other calls were answered, this slice waits. If none was, the account waits, and finally gives up."""
    delivery = piece.delivery
    if calls.answered:
        later = Now() + timedelta(seconds=min(2.0**piece.failures, LONGEST_BACKOFF_SECONDS))
        with transaction.atomic():
            _write(piece, calls, not_before=later, failures=F("failures") + 1)
            _answered(delivery)
        return None
    silence = _silence(delivery)
    if silence > PATIENCE:
        _give_up(piece, calls, TimeoutError())
        return None
    _write(piece, calls)
    return Pause(Why.TROUBLE, min(max(silence.total_seconds() / 2, 1.0), LONGEST_BACKOFF_SECONDS))


def _silence(delivery: Delivery) -> timedelta:
    """How long no call was answered, by PostgreSQL's clock, so that a worker's wrong clock gives nothing up."""
    mine = Delivery.objects.filter(pk=delivery.pk)
    mine.filter(unanswered_since=None).update(unanswered_since=Now())
    silence = ExpressionWrapper(Now() - Coalesce("unanswered_since", Now()), DurationField())
    return cast("timedelta", mine.values_list(silence, flat=True).get())


def _give_up(piece: Slice, calls: QuotaCalls, error: Exception) -> None:
    with transaction.atomic():
        _write(piece, calls)
        if isinstance(error, TargetTaken):
            hold(piece.delivery, [{"code": "target_taken"}])
        else:
            fail(piece.delivery, error)


def _answered(delivery: Delivery, *, waiting: Pause | None = None) -> None:
    until = clock.now() + timedelta(seconds=waiting.seconds) if waiting and waiting.why is Why.DAY else None
    Delivery.objects.filter(pk=delivery.pk).update(unanswered_since=None, waiting_until=until)


def _hand_over(piece: Slice) -> None:
    """Wakes what comes next after the last slice of a phase, or the last leased one of a stopping delivery."""
    # Locked, so that when two workers finish at the same time, one sees the other's slice done.
    delivery = Delivery.objects.select_for_update().get(pk=piece.delivery_id)
    if delivery.status == Delivery.Status.STOPPING:
        handover.to_accountant(delivery)
    elif not Slice.objects.of(delivery).open().exists():
        if piece.phase == Slice.Phase.CONNECT:
            handover.to_planner(delivery)
        else:
            handover.to_accountant(delivery)
    progress.tell(delivery)


def _write(piece: Slice, calls: QuotaCalls, **changes: object) -> None:
    """Compare-and-set on the lease: a worker that has lost it changes nothing."""
    written = (
        Slice.objects.filter(pk=piece.pk)
        .leased_with(piece.lease_epoch)
        .update(
            leased_until=None,
            file=piece.file,
            cursor=piece.cursor,
            calls=_sum(piece.calls, calls.made),
            timeline=_sum(piece.timeline, calls.timeline),
            **changes,
        )
    )
    if not written:
        raise LeaseLost


def _sum(before: dict[str, int], more: Counter[str] | Counter[int]) -> dict[str, int]:
    return dict(Counter(before) + Counter({str(key): count for key, count in more.items()}))
