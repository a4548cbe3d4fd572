"""What a send would do, computed without sending: no delivery is created and the destination is not called.

It takes the same steps as a plan, over the same ledger, so it finds what a plan would find at that moment, except
for members someone else has added to or removed from the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from customer360 import storage
from customer360.engine import DataFile, DerivedRelation, FileRelation
from destinations.delivery import compare, files, shape
from destinations.delivery.models import IdentityMap
from destinations.delivery.outcomes import Status
from destinations.delivery.planned import Planned
from destinations.delivery.quota import Quota
from destinations.delivery.registry import capabilities
from destinations.delivery.sessions import fresh_identities, session
from destinations.delivery.specs import ForeignMembers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from customer360.engine import Relation
    from destinations.delivery.models import Target
    from destinations.delivery.specs import AudienceSpec, ConnectorSettings, MappingSpec, TargetSpec


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Rows by what would become of them: each audience row is in exactly one; `removed` counts other rows.

    `not_found` are customers the destination is known not to have; `held_back` counts invalid rows and duplicates
    by reason code.
    """

    rows: int
    added: int
    updated: int
    removed: int
    unchanged: int
    not_found: int
    held_back: Mapping[str, int]
    calls: int

    @property
    def shrink(self) -> int:
        return sum(self.held_back.values())


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an audience would land. `target` is empty before the first send."""

    connector: ConnectorSettings
    spec: TargetSpec
    target: Target | None = None


def foresee(
    audience: AudienceSpec, mapping: MappingSpec, landing: Landing, relations: Mapping[str, Relation]
) -> Foreseen:
    """Foresees a send of an audience whose tables are `relations`. Raises EngineError."""
    with storage.scratch() as folder:
        file = folder / "shaped.parquet"
        rows = exp.select(*shape.FIXED).from_(shape.shaped(audience, mapping).subquery("shaped"))
        with session(relations) as engine:
            engine.write(rows, file, pii=audience.marked(shape.pii_columns(mapping)))
        return _compared(file, mapping, landing)


def duration(calls: int, connector: ConnectorSettings) -> timedelta:
    """How long this many calls take at the rate the account allows."""
    burst = Quota(connector.account, connector.allowance).outlook().burst
    windows = calls // (burst or connector.allowance.burst)
    return timedelta(seconds=windows * connector.allowance.window_seconds)


def _compared(file: Path, mapping: MappingSpec, landing: Landing) -> Foreseen:
    with session(_relations(file, landing)) as engine:
        changes = engine.rows(compare.changes())
        held_back = engine.rows(_held_back())
    planned = Planned.of(changes)
    counts = {str(what): int(str(number)) for what, number, *_ in changes}
    connector, spec = landing.connector, landing.spec
    work = planned.workload(spec, mapping.fields, create=connector.create_missing)
    return Foreseen(
        rows=planned.audience,
        added=planned.adds,
        updated=planned.updates,
        removed=planned.removes,
        unchanged=counts.get("unchanged", 0),
        not_found=counts.get("not_found", 0),
        held_back={str(code): int(str(number)) for code, number in held_back},
        calls=capabilities(connector.account.kind).least_calls(work),
    )


def _relations(file: Path, landing: Landing) -> dict[str, Relation]:
    account = landing.connector.account
    known = IdentityMap.objects.filter(kind=account.kind, account=account.account).first()
    return {
        "shaped": FileRelation((DataFile(file),), shape.FIXED),
        "ledger": files.relation(landing.target.ledger_file if landing.target else "", files.LEDGER),
        "all_identities": files.relation(known.file if known else "", files.IDENTITIES),
        "identities": DerivedRelation(fresh_identities()),
        "members": files.relation("", files.MEMBERS),
        "plan": DerivedRelation(compare.comparison(_flags(landing), slice_rows=1)),
    }


def _flags(landing: Landing) -> compare.Flags:
    in_list = landing.spec.list
    return compare.Flags(
        members_read=False,
        ends_equal=True,
        remove_strangers=in_list is not None and in_list.foreign_members is ForeignMembers.REMOVE,
        writes_status=landing.spec.status is not None,
        resend=False,
        create_missing=landing.connector.create_missing,
    )


def _held_back() -> exp.Select:
    reason, status = exp.column("reason"), exp.column("status")
    is_held_back = status.isin(Status.INVALID.value, Status.DUPLICATE.value)
    return (
        exp.select(reason, exp.Count(this=exp.Star()))
        .from_("plan")
        .where(exp.not_(exp.column("leaver")), is_held_back)
        .group_by(reason.copy())
    )


def total_duration(calls: Iterable[tuple[ConnectorSettings, int]]) -> timedelta:
    """For several sends at once: sends to one account share its rate, accounts run in parallel."""
    by_account: dict[str, tuple[ConnectorSettings, int]] = {}
    for connector, number in calls:
        _, before = by_account.get(str(connector.account), (connector, 0))
        by_account[str(connector.account)] = connector, before + number
    return max((duration(number, connector) for connector, number in by_account.values()), default=timedelta(0))
