"""Plans a delivery: the change each row needs, cut into slices. One task; safe to run twice, safe to kill."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import transaction

from customer360.catalog import pinned_relations
from customer360.engine import DerivedRelation
from destinations.delivery import compare, files, handover, progress, shape
from destinations.delivery.endings import SERVER_AWAY, fail
from destinations.delivery.guards import reasons_to_hold
from destinations.delivery.leases import Keeper, LeaseLost
from destinations.delivery.models import Delivery, IdentityMap, Slice
from destinations.delivery.planned import Planned
from destinations.delivery.registry import capabilities
from destinations.delivery.sessions import fresh_identities, session
from destinations.delivery.specs import ForeignMembers, Scope
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from sqlglot import exp

    from customer360.engine import Relation

log = structlog.get_logger(__name__)


def plan(delivery_id: int) -> None:
    """Turns a delivery whose target is prepared into slices, or holds it, or fails it."""
    epoch = Delivery.objects.lease(delivery_id, status=Delivery.Status.PREPARING)
    if epoch is None:
        return
    delivery = Delivery.objects.select_related("target").get(pk=delivery_id)
    with Keeper(partial(Delivery.objects.renew, delivery_id, epoch)):
        try:
            _plan(delivery, epoch)
        except LeaseLost:
            log.info("plan_went_to_another_worker", delivery_id=delivery_id)
        except SERVER_AWAY:
            raise
        except Exception as error:
            log.exception("plan_failed", delivery_id=delivery_id)
            Delivery.objects.filter(pk=delivery_id).leased_with(epoch).update(leased_until=None)
            fail(delivery, error)


def versions_to_read() -> Iterator[int]:
    """The table versions that the active tenant's unplanned deliveries still need."""
    unplanned = Delivery.objects.filter(status__in=[Delivery.Status.WAITING, Delivery.Status.PREPARING])
    for audience in unplanned.values_list("audience", flat=True):
        yield from audience.versions.values()


def _plan(delivery: Delivery, epoch: int) -> None:
    delivery.shaped_file = files.delivery_file(delivery.pk, "shaped", epoch=epoch)
    delivery.plan_file = files.delivery_file(delivery.pk, "plan", epoch=epoch)
    _shape(delivery)
    _compare(delivery)
    with session({"plan": files.relation_of(delivery.plan_file, compare.PLAN_COLUMNS)}) as engine:
        planned = Planned.of(engine.rows(compare.changes()))
        pieces = engine.rows(compare.slices())
    delivery.estimated_calls = _estimate(delivery, planned)
    _commit(delivery, epoch, planned, pieces)


def _shape(delivery: Delivery) -> None:
    rows, relations = _source(delivery)
    if delivery.extent is Scope.SAMPLE and delivery.sample_size:
        rows = shape.first_rows(rows, delivery.sample_size)
    with session(relations) as engine:
        pii = delivery.audience.marked(shape.pii_columns(delivery.mapping))
        engine.write(rows, files.path_of(delivery.shaped_file), pii=pii)


def _source(delivery: Delivery) -> tuple[exp.Select, Mapping[str, Relation]]:
    """The pinned versions of the audience's tables; for a retry, the earlier delivery's shaped audience."""
    before = delivery.retries
    if before is None:
        return shape.shaped(delivery.audience, delivery.mapping), pinned_relations(delivery.audience.versions)
    return shape.failed_rows(delivery.mapping), {
        "before": files.relation_of(before.shaped_file, shape.columns(delivery.mapping)),
        "outcomes": files.relation(before.outcomes_file, files.OUTCOMES),
    }


def _compare(delivery: Delivery) -> None:
    target = delivery.target
    relations: dict[str, Relation] = {
        "shaped": files.relation_of(delivery.shaped_file, shape.columns(delivery.mapping)),
        "ledger": files.relation(target.ledger_file, files.LEDGER),
        "all_identities": files.relation(_identity_file(delivery), files.IDENTITIES),
        "identities": DerivedRelation(fresh_identities()),
        "members": files.relation(delivery.members_file, files.MEMBERS),
    }
    with session(relations) as engine:
        engine.write(
            compare.comparison(flags_of(delivery), slice_rows=settings.DELIVERY_SLICE_ROWS),
            files.path_of(delivery.plan_file),
            pii=delivery.audience.marked(compare.PLAN_PII),
        )


def flags_of(delivery: Delivery) -> compare.Flags:
    spec = delivery.target.spec
    whole = delivery.extent in {Scope.FULL, Scope.RESEND, Scope.DRY_RUN}
    return compare.Flags(
        members_read=bool(delivery.members_file),
        ends_equal=whole,
        remove_strangers=spec.list is not None and spec.list.foreign_members is ForeignMembers.REMOVE,
        writes_status=spec.status is not None,
        resend=delivery.extent is Scope.RESEND,
        create_missing=delivery.connector.create_missing,
    )


def _identity_file(delivery: Delivery) -> str:
    target = delivery.target
    known = IdentityMap.objects.filter(kind=target.kind, account=target.account).first()
    return known.file if known else ""


def _estimate(delivery: Delivery, planned: Planned) -> int:
    spec, connector = delivery.target.spec, delivery.connector
    work = planned.workload(spec, delivery.mapping.fields, create=connector.create_missing)
    return capabilities(connector.account.kind).least_calls(work)


def _commit(delivery: Delivery, epoch: int, planned: Planned, pieces: list[tuple[Any, ...]]) -> None:
    """Compare-and-set on the lease: only one of two plans counts."""
    held_for = [] if delivery.extent is Scope.DRY_RUN else reasons_to_hold(delivery, planned)
    with transaction.atomic():
        written = (
            Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.PREPARING)
            .leased_with(epoch)
            .update(
                status=Delivery.Status.HELD if held_for else Delivery.Status.SENDING,
                held_for=held_for,
                leased_until=None,
                shaped_file=delivery.shaped_file,
                plan_file=delivery.plan_file,
                planned=planned.as_json(),
                estimated_calls=delivery.estimated_calls,
                planned_at=clock.now(),
                sending_at=None if held_for else clock.now(),
            )
        )
        if not written:
            raise LeaseLost
        if delivery.extent is not Scope.DRY_RUN:
            Slice.objects.bulk_create(
                Slice(delivery=delivery, phase=phase, number=number, rows=rows) for phase, number, rows in pieces
            )
        _hand_over(Delivery.objects.get(pk=delivery.pk))


def _hand_over(delivery: Delivery) -> None:
    progress.tell(delivery)
    if delivery.status == Delivery.Status.HELD:
        return
    if Slice.objects.of(delivery).open().exists():
        handover.to_runners(delivery.account)
    else:
        handover.to_accountant(delivery)
