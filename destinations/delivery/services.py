"""Everything people and other apps can do with deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from audit.services import record
from destinations.delivery import handover, owners, progress, registry
from destinations.delivery.connecting import claim, place_name
from destinations.delivery.models import Delivery, Slice, Target, TargetClaim
from destinations.delivery.permission import require_open
from destinations.delivery.refusals import (
    AlreadyWaitingError,
    NothingFailedError,
    NotNowError,
    NotTriedError,
    OvertakenError,
)
from destinations.delivery.specs import Guards, Scope
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from accounts.models import User
    from destinations.delivery.specs import (
        AudienceSpec,
        ConnectorSettings,
        MappingSpec,
        OwnerRef,
        TargetSpec,
    )

Status = Delivery.Status


@transaction.atomic
def claim_target(*, owner: OwnerRef, connector: ConnectorSettings, spec: TargetSpec) -> Target:
    """The owner's target in this account, created if it has none: from then on no other audience lands there.

    An owner that has one keeps it, whatever its name is now: renaming an audience keeps its list and field. Raises
    TargetTaken, and creates nothing, when the place belongs to another owner, in this tenant or any other.
    """
    account = connector.account
    target, made = Target.objects.get_or_create(
        owner_kind=owner.kind,
        owner_id=owner.id,
        kind=account.kind,
        account=account.account,
        defaults={"spec": spec, "owner_label": owner.label},
    )
    if made:
        claim(target, registry.claims(account.kind, spec))
    elif target.owner_label != owner.label:
        target.owner_label = owner.label
        target.save(update_fields=["owner_label"])
    return target


def release_targets(*, kind: str, ids: Iterable[int]) -> None:
    """Frees the places of these owners for others; what was sent there stays, and so do deliveries."""
    TargetClaim.objects.filter(target__owner_kind=kind, target__owner_id__in=list(ids)).delete()


def places_to_claim(
    *, kind: str, wanted: Mapping[int, tuple[ConnectorSettings, TargetSpec]]
) -> dict[int, list[str]]:
    """What `claim_target` would claim for each owner, by its id; an owner that has a target there keeps it."""
    targets = Target.objects.filter(owner_kind=kind, owner_id__in=wanted)
    keep = set(targets.values_list("owner_id", "kind", "account"))
    new = [
        (owner, connector.account, spec)
        for owner, (connector, spec) in wanted.items()
        if (owner, connector.account.kind, connector.account.account) not in keep
    ]
    return {
        owner: [place_name(account.kind, account.account, name) for name in registry.claims(account.kind, spec)]
        for owner, account, spec in new
    }


def taken(places: Iterable[str]) -> set[str]:
    """Those of the places that belong to an audience of this tenant."""
    return set(TargetClaim.objects.filter(name__in=list(places)).values_list("name", flat=True))


def hand_over_targets(*, kind: str, owners: Mapping[int, int]) -> None:
    """Hands the targets of old owners to new ones: the places, and the record of what was sent there."""
    for old, new in owners.items():
        Target.objects.filter(owner_kind=kind, owner_id=old).update(owner_id=new)


@transaction.atomic
def start_delivery(  # noqa: PLR0913 - one keyword per input of a delivery
    *,
    target: Target,
    audience: AudienceSpec,
    mapping: MappingSpec,
    connector: ConnectorSettings,
    started_by: User | None,
    guards: Guards | None = None,
    scope: Scope = Scope.FULL,
    sample_size: int | None = None,
    retries: Delivery | None = None,
) -> Delivery:
    """Starts a delivery now, or when the one before it has ended; only one may wait.

    Its audience says whether its changes tell of earlier ones that personal data decided. Raises
    AlreadyWaitingError when another already waits for this target.
    """
    follows_pii = target.deliveries.left_in_place().decided_by_pii().exists()
    try:
        with transaction.atomic():
            delivery = Delivery.objects.create(
                target=target,
                name=target.owner_label,
                scope=scope,
                started_by=started_by,
                audience=audience.model_copy(update={"follows_pii": follows_pii}),
                mapping=mapping,
                connector=connector,
                guards=guards or Guards(),
                account=str(connector.account),
                sample_size=sample_size,
                retries=retries,
                created_at=clock.now(),
            )
    except IntegrityError as error:
        raise AlreadyWaitingError from error
    record(action="delivery:started", subject=delivery, actor=started_by, changes={"scope": scope})
    if not _begin(delivery):
        progress.tell(delivery)
    return delivery


def begin_next(*, target: Target) -> None:
    """Begins the delivery that waits for the target, if its turn has come."""
    for delivery in target.deliveries.filter(status=Status.WAITING).order_by("pk"):
        _begin(delivery)


def _begin(delivery: Delivery) -> bool:
    """Returns whether the delivery could begin: no other is under way to its target."""
    try:
        with transaction.atomic():
            waiting = Delivery.objects.filter(pk=delivery.pk, status=Status.WAITING)
            if not waiting.update(status=Status.PREPARING, begun_at=clock.now()):
                return False
            Slice.objects.create(delivery=delivery, phase=Slice.Phase.CONNECT, number=1)
    except IntegrityError:
        return False
    delivery.refresh_from_db()
    progress.tell(delivery)
    handover.to_runners(delivery.account)
    return True


@transaction.atomic
def approve_delivery(*, delivery: Delivery, actor: User) -> None:
    """A person's approval: a held delivery continues.

    Raises NotOpenError, NotNowError when it is not held, and OvertakenError as for a retry.
    """
    require_open(delivery, actor)
    _require_current(delivery)
    _move(delivery, to=_after_yes(delivery), of={Status.HELD}, sending_at=clock.now(), held_for=[])
    record(action="delivery:approved", subject=delivery, actor=actor, changes={"held_for": _held_for(delivery)})
    _go_on(delivery)


def _held_for(delivery: Delivery) -> list[dict[str, int | str]]:
    """The reasons for the audit, without numbers where its readers may not learn how many customers there are."""
    if not delivery.audience.tells_of_pii:
        return list(delivery.held_for)
    return [{"code": reason["code"]} for reason in delivery.held_for]


def _after_yes(delivery: Delivery) -> Status:
    return Status.SENDING if delivery.plan_file else Status.PREPARING


@transaction.atomic
def stop_delivery(*, delivery: Delivery, actor: User) -> None:
    """Sends nothing more; accounts for what was sent.

    Raises NotOpenError, and NotNowError when it has ended already.
    """
    require_open(delivery, actor)
    call_off(delivery=delivery, actor=actor)


@transaction.atomic
def call_off(*, delivery: Delivery, actor: User | None) -> None:
    """Stops it on behalf of its owner: what a campaign may no longer send is never left running.

    Raises NotNowError when it has ended already.
    """
    if delivery.status == Status.WAITING:
        _move(delivery, to=Status.STOPPED, of={Status.WAITING}, finished_at=clock.now())
    else:
        _move(delivery, to=Status.STOPPING, of={Status.PREPARING, Status.HELD, Status.SENDING})
        handover.to_accountant(delivery)
    record(action="delivery:stopped", subject=delivery, actor=actor)
    progress.tell(delivery)


@transaction.atomic
def resume_delivery(*, delivery: Delivery, actor: User) -> None:
    """Sends what a stopped or failed delivery had not sent yet.

    Raises NotOpenError, NotNowError when nothing is left, OvertakenError when another delivery has changed the
    target since.
    """
    require_open(delivery, actor)
    _require_current(delivery)
    if delivery.target.ledger_version != delivery.ledger_version:
        raise OvertakenError
    if not Slice.objects.of(delivery).open().exists():
        raise NotNowError(delivery)
    try:
        with transaction.atomic():
            _move(
                delivery,
                to=_after_yes(delivery),
                of={Status.STOPPED, Status.FAILED},
                error="",
                error_code="",
                error_reference="",
                finished_at=None,
                owner_told_at=None,
                unanswered_since=None,
            )
    except IntegrityError as error:
        raise OvertakenError from error
    record(action="delivery:resumed", subject=delivery, actor=actor)
    _go_on(delivery)


def retry_failed_rows(*, delivery: Delivery, actor: User) -> Delivery:
    """A new delivery of the rows that failed.

    Raises NotOpenError, NothingFailedError, OvertakenError when the owner has since redefined the audience, or as
    `start_delivery`.
    """
    require_open(delivery, actor)
    _require_current(delivery)
    if not delivery.tally.failed:
        raise NothingFailedError
    return start_delivery(
        target=delivery.target,
        audience=delivery.audience,
        mapping=delivery.mapping,
        connector=delivery.connector,
        guards=delivery.guards,
        started_by=actor,
        scope=Scope.RETRY,
        retries=delivery,
    )


def send_sample(*, delivery: Delivery, rows: int, actor: User) -> Delivery:
    """Sends the first `rows` rows of what a dry run examined, and removes no one.

    Raises NotOpenError, NotTriedError if it was not a dry run, or as `start_delivery`.
    """
    require_open(delivery, actor)
    if delivery.extent is not Scope.DRY_RUN:
        raise NotTriedError
    return start_delivery(
        target=delivery.target,
        audience=delivery.audience,
        mapping=delivery.mapping,
        connector=delivery.connector,
        guards=delivery.guards,
        started_by=actor,
        scope=Scope.SAMPLE,
        sample_size=rows,
    )


@transaction.atomic
def tell_owner(delivery_id: int) -> None:
    """Tells the target's owner that the delivery has ended: once, and again only if that failed."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("target").get(pk=delivery_id)
    if not delivery.is_finished or delivery.owner_told_at is not None:
        return
    owners.on_finished(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(owner_told_at=clock.now())


def _require_current(delivery: Delivery) -> None:
    if not owners.owner_of(delivery.target).is_current(delivery):
        raise OvertakenError


def _move(delivery: Delivery, *, to: Status, of: set[Status], **changes: object) -> None:
    """Compare-and-set on the status."""
    if not Delivery.objects.filter(pk=delivery.pk, status__in=of).update(status=to, **changes):
        delivery.refresh_from_db()
        raise NotNowError(delivery)
    delivery.status = to


def _go_on(delivery: Delivery) -> None:
    progress.tell(delivery)
    if Slice.objects.of(delivery).open().exists():
        handover.to_runners(delivery.account)
    else:
        handover.to_accountant(delivery)
