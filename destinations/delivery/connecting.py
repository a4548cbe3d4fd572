"""The step before planning: finds the target at the destination and reads its members if necessary."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import IntegrityError, transaction

from destinations.delivery import files
from destinations.delivery.errors import ConfigurationError
from destinations.delivery.models import Delivery, Target, TargetClaim
from destinations.delivery.specs import Scope
from runtime import clock

if TYPE_CHECKING:
    from destinations.delivery.calls import QuotaCalls
    from destinations.delivery.connector import Connector, PreparedTarget
    from destinations.delivery.models import Slice

READ_MEMBERS_EVERY = timedelta(days=7)


class TargetTaken(ConfigurationError):  # noqa: N818 - names the fact a person must know
    """The place belongs to another audience of this installation."""

    def __init__(self) -> None:
        super().__init__(
            "The list or field at the destination belongs to another audience. Choose another name for one."
        )


def connect(piece: Slice, connector: Connector, calls: QuotaCalls) -> bool:
    """Stores the prepared target on the delivery and, if its members had to be read, a file of them."""
    delivery = piece.delivery
    if delivery.prepared is None:
        _prepare(delivery, connector, calls)
    if must_read_members(delivery):
        _read_members(piece, delivery, connector, calls)
    return True


def _prepare(delivery: Delivery, connector: Connector, calls: QuotaCalls) -> None:
    target, dry = delivery.target, delivery.extent is Scope.DRY_RUN
    connector.check(delivery.mapping, calls)
    prepared = connector.prepare(target.spec, target.prepared, calls, dry=dry)
    delivery.prepared = prepared
    with transaction.atomic():
        if not dry:
            claim(target, prepared.claims)
            Target.objects.filter(pk=target.pk).update(prepared=prepared)
        Delivery.objects.filter(pk=delivery.pk).update(prepared=prepared)


def claim(target: Target, names: tuple[str, ...]) -> None:
    """Records that the target also has these names; raises TargetTaken when one belongs to another target."""
    places = [place_name(target.kind, target.account, name) for name in names]
    try:
        with transaction.atomic():
            for place in places:
                TargetClaim.objects.get_or_create(name=place, defaults={"target": target})
    except IntegrityError as error:  # another tenant's, which can't be seen here
        raise TargetTaken from error
    if TargetClaim.objects.filter(name__in=places).exclude(target=target).exists():
        raise TargetTaken


def place_name(kind: str, account: str, name: str) -> str:
    """A name for the place that is unique in the installation."""
    return f"{kind}:{account}:{name}"


def must_read_members(delivery: Delivery) -> bool:
    """True when the list differs from the ledger, was not read for a week, or a person asks for it."""
    target, prepared = delivery.target, _prepared(delivery)
    if prepared.size is None or prepared.list_id is None:
        return False
    if prepared.size != target.member_count or delivery.extent is Scope.RESEND:
        return True
    long_ago = clock.now() - READ_MEMBERS_EVERY
    return prepared.size > 0 and (target.members_read_at is None or target.members_read_at < long_ago)


def _read_members(piece: Slice, delivery: Delivery, connector: Connector, calls: QuotaCalls) -> None:
    """Reads page by page. On a pause, the slice keeps what was read and where to resume."""
    ids = _read_so_far(piece)
    after = piece.cursor or None
    try:
        while True:
            page = connector.members(_prepared(delivery), after, calls)
            ids.extend(page.external_ids)
            after = page.after
            if after is None:
                break
    finally:
        piece.cursor = after or ""
        piece.file = files.delivery_file(delivery.pk, "members", epoch=piece.lease_epoch)
        files.write_table(pa.table({"external_id": ids}, schema=files.MEMBERS), piece.file, pii=())
    Delivery.objects.filter(pk=delivery.pk).update(members_file=piece.file)


def _read_so_far(piece: Slice) -> list[str]:
    if not piece.file or not piece.cursor:
        return []
    ids: list[str] = pq.read_table(files.path_of(piece.file))["external_id"].to_pylist()
    return ids


def _prepared(delivery: Delivery) -> PreparedTarget:
    prepared: PreparedTarget | None = delivery.prepared
    assert prepared is not None  # noqa: S101 - `connect` prepares first
    return prepared
