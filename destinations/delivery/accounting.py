"""Closes a delivery's books: outcomes, ledger, identity map, counts, status. Safe to run twice, safe to kill."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from customer360.engine import DerivedRelation
from destinations.delivery import compare, files, handover, ledgers, progress
from destinations.delivery.endings import SERVER_AWAY
from destinations.delivery.leases import Keeper, LeaseLost
from destinations.delivery.models import Delivery, IdentityMap, Slice, Target
from destinations.delivery.outcomes import Counts
from destinations.delivery.sessions import fresh_identities, session
from destinations.delivery.specs import Scope
from runtime import clock

if TYPE_CHECKING:
    from customer360.engine import Relation
    from destinations.delivery.connector import PreparedTarget

log = structlog.get_logger(__name__)

Status = Delivery.Status


class AccountError(Exception):
    """The sums do not agree: always a bug, never caused by the data."""


def account(delivery_id: int) -> None:
    """Ends a delivery that has no slices left, or that was told to stop and has no slice in progress."""
    epoch = Delivery.objects.lease(delivery_id, status__in=[Status.SENDING, Status.STOPPING])
    if epoch is None:
        return
    delivery = Delivery.objects.select_related("target").get(pk=delivery_id)
    try:
        if _is_at_its_end(delivery):
            with Keeper(partial(Delivery.objects.renew, delivery_id, epoch)):
                _account(delivery, epoch)
    except LeaseLost:
        log.info("account_went_to_another_worker", delivery_id=delivery_id)
    except SERVER_AWAY:
        raise
    except Exception:
        log.exception("account_failed", delivery_id=delivery_id)
        _end_as_defect(delivery_id, epoch)
    Delivery.objects.filter(pk=delivery_id).leased_with(epoch).update(leased_until=None)


def _is_at_its_end(delivery: Delivery) -> bool:
    left = (
        Slice.objects.of(delivery).in_hand()
        if delivery.status == Status.STOPPING
        else Slice.objects.of(delivery).open()
    )
    return not left.exists()


def _account(delivery: Delivery, epoch: int) -> None:
    if not delivery.plan_file or delivery.extent is Scope.DRY_RUN:
        _commit(delivery, epoch, {})
        return
    delivery.outcomes_file = files.delivery_file(delivery.pk, "outcomes", epoch=epoch)
    tally = _write_outcomes(delivery)
    _learn_identities(delivery)
    ledger_file, members = _write_ledger(delivery, epoch)
    _commit(delivery, epoch, {"ledger_file": ledger_file, "member_count": members}, tally=tally)


def _write_outcomes(delivery: Delivery) -> Counts:
    names = Slice.objects.of(delivery).exclude(phase=0).exclude(file="").values_list("file", flat=True)
    relations: dict[str, Relation] = {
        "plan": files.relation_of(delivery.plan_file, compare.PLAN_COLUMNS),
        "progress": files.relation_of_all(names, files.PROGRESS),
    }
    with session(relations) as merge:
        pii = delivery.audience.marked(files.OUTCOMES_PII)
        merge.write(ledgers.outcomes(), files.path_of(delivery.outcomes_file), pii=pii)
    with session({"outcomes": files.relation(delivery.outcomes_file, files.OUTCOMES)}) as count:
        tally = _tally(count.rows(ledgers.counts()))
    if not tally.agree or tally.audience != delivery.planned["audience"]:
        raise AccountError(f"Delivery {delivery.pk}: {tally} does not agree with {delivery.planned}.")
    return tally


def _tally(rows: list[tuple[object, ...]]) -> Counts:
    by_leaver: dict[bool, dict[str, int]] = defaultdict(dict)
    for leaver, status, count in rows:
        by_leaver[bool(leaver)][str(status)] = int(str(count))
    return Counts.of(by_leaver[False], by_leaver[True])


def _write_ledger(delivery: Delivery, epoch: int) -> tuple[str, int]:
    target = delivery.target
    name = files.ledger_file(target.pk, version=target.ledger_version + 1, delivery_id=delivery.pk, epoch=epoch)
    relations: dict[str, Relation] = {
        "outcomes": files.relation(delivery.outcomes_file, files.OUTCOMES),
        "ledger": files.relation(target.ledger_file, files.LEDGER),
        "members": files.relation(delivery.members_file, files.MEMBERS),
    }
    with session(relations) as merge:
        query = ledgers.ledger(members_read=bool(delivery.members_file))
        merge.write(query, files.path_of(name), pii=delivery.audience.marked(files.IDENTITY_PII))
    with session({"ledger": files.relation(name, files.LEDGER)}) as count:
        (members,) = count.one(ledgers.member_count())
    return name, int(str(members))


def _learn_identities(delivery: Delivery) -> None:
    """Merges what was looked up into the account's map; of two deliveries at once, one builds on the other's."""
    target = delivery.target
    IdentityMap.objects.get_or_create(kind=target.kind, account=target.account)
    while True:
        known = IdentityMap.objects.get(kind=target.kind, account=target.account)
        name = files.identities_file(known.kind, known.account, version=known.version + 1)
        relations: dict[str, Relation] = {
            "outcomes": files.relation(delivery.outcomes_file, files.OUTCOMES),
            "all_identities": files.relation(known.file, files.IDENTITIES),
            "identities": DerivedRelation(fresh_identities()),
        }
        read_at = (delivery.sending_at or clock.now()).isoformat()
        with session(relations) as merge:
            merge.write(ledgers.identities(read_at=read_at), files.path_of(name), pii=files.IDENTITY_PII)
        same = IdentityMap.objects.filter(pk=known.pk, version=known.version)
        if same.update(version=known.version + 1, file=name):
            return


def _commit(delivery: Delivery, epoch: int, ledger: dict[str, object], *, tally: Counts | None = None) -> None:
    """Compare-and-set on the lease and the ledger's version."""
    version = delivery.target.ledger_version + 1 if ledger else delivery.target.ledger_version
    with transaction.atomic():
        ending = {
            "status": _ending(delivery, tally),
            "counts": tally.as_json() if tally else {},
            "outcomes_file": delivery.outcomes_file,
            "ledger_version": version,
            "finished_at": clock.now(),
            "waiting_until": None,
            "leased_until": None,
        }
        held = Delivery.objects.filter(pk=delivery.pk, status=delivery.status).leased_with(epoch)
        if not held.update(**ending):
            raise LeaseLost
        if ledger:
            _move_ledger(delivery, ledger, version)
        ended = Delivery.objects.select_related("target").get(pk=delivery.pk)
        progress.tell(ended)
        handover.to_owner(ended)
        handover.to_next(ended.target)


def _move_ledger(delivery: Delivery, ledger: dict[str, object], version: int) -> None:
    prepared: PreparedTarget | None = delivery.prepared
    if delivery.members_file or (prepared is not None and prepared.size == 0):
        ledger["members_read_at"] = delivery.planned_at
    same = Target.objects.filter(pk=delivery.target_id, ledger_version=version - 1)
    if not same.update(ledger_version=version, **ledger):
        raise AccountError(f"Another delivery changed the ledger of target {delivery.target_id}.")


def _ending(delivery: Delivery, tally: Counts | None) -> str:
    if delivery.error_code:
        return Status.FAILED
    if delivery.status == Status.STOPPING:
        return Status.STOPPED
    return Status.COMPLETED_WITH_ERRORS if tally and tally.has_errors else Status.COMPLETED


def _end_as_defect(delivery_id: int, epoch: int) -> None:
    Delivery.objects.filter(pk=delivery_id).leased_with(epoch).update(
        status=Status.FAILED,
        error_code="internal",
        error="The account of this delivery could not be made. The log has the details.",
        finished_at=clock.now(),
        leased_until=None,
    )
