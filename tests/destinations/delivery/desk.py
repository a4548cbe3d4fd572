"""A tenant with customers, a destination in the sandbox, and a way to run the engine to its end in one process."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from customer360 import storage
from customer360.engine import DataType
from customer360.services import ColumnDraft, append_file, create_table
from destinations.delivery import accounting, files, planning, services
from destinations.delivery.calls import IN_FLIGHT
from destinations.delivery.due import Due, Step, due_work
from destinations.delivery.models import Delivery, Target
from destinations.delivery.specs import (
    AccountRef,
    Allowance,
    AudienceSpec,
    ConnectorSettings,
    FieldMapping,
    Guards,
    ListLanding,
    MappingSpec,
    OwnerRef,
    Scope,
    StatusLanding,
    TargetSpec,
)
from destinations.delivery.work import work_on
from destinations.encryption import Secret
from destinations.models import Credential
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tenants.models import Tenant
    from tests.sandbox import Sandbox

MOST_STEPS = 500
NO_GUARDS = Guards(empty_audience=False, max_change_percent=None, max_removals=None, daily_calls=False)

Row = tuple[str, str | None]


def run_due_work(*, steps: int | None = None, patience: float = 30.0) -> None:
    """Does in this process what workers would do, until nothing is due; waits where a limit says so.

    With `steps` it does so many things and leaves the rest.
    """
    until = time.monotonic() + patience
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for _ in range(steps or MOST_STEPS):
            due = due_work()
            if not due:
                return
            _do(due[0], pool, until)
    assert steps, f"The engine does not come to an end: {due_work()}"


def _do(due: Due, pool: ThreadPoolExecutor, until: float) -> None:
    with tenant_scope(due.tenant_id):
        match due.step:
            case Step.SLICES:
                pause = work_on(due.delivery_id, until=until, pool=pool)
                if pause is not None and pause.seconds:
                    assert time.monotonic() + pause.seconds < until, pause
                    time.sleep(pause.seconds)
            case Step.PLAN:
                planning.plan(due.delivery_id)
            case Step.ACCOUNT:
                accounting.account(due.delivery_id)
            case Step.TELL:
                services.tell_owner(due.delivery_id)
            case Step.BEGIN:
                services.begin_next(target=Delivery.objects.get(pk=due.delivery_id).target)


@dataclass
class Desk:
    """Sends audiences of one tenant to one HubSpot account."""

    tenant: Tenant
    sandbox: Sandbox
    settings: ConnectorSettings
    list_name: str = "VIPs"
    owner: OwnerRef = field(default_factory=lambda: OwnerRef(kind="test", id=1, label="VIP customers"))
    data_template_id: int | None = None

    @classmethod
    def open(cls, tenant: Tenant, sandbox: Sandbox, **settings: Any) -> Desk:
        account = sandbox.account
        with tenant_scope(tenant):
            credential, _ = Credential.objects.update_or_create(
                name=f"HubSpot {account.portal}",
                defaults={
                    "kind": "private_app_token",
                    "secret": Secret.seal({"token": account.token}),
                    "status": Credential.Status.CONNECTED,
                    "portal_id": account.portal,
                    "app_id": account.token[-12:],
                },
            )
        # The sandbox's accounts come back with the same number in every test; their quota must not.
        reference = AccountRef(kind="hubspot", account=str(account.portal), app=account.token[-12:])
        return cls(
            tenant,
            sandbox,
            ConnectorSettings(
                account=reference,
                credential=credential.pk,
                destination="HubSpot",
                **{"allowance": Allowance(burst=10_000), **settings},
            ),
        )

    def audience(self, rows: Sequence[Row] | pa.Table, label: str = "VIP customers") -> AudienceSpec:
        """An audience of these customers: key and e-mail address, or a whole table with more columns."""
        data = rows if isinstance(rows, pa.Table) else _table(rows)
        name = f"people_{uuid4().hex}"
        with tenant_scope(self.tenant):
            drafts = [ColumnDraft(column, DataType.STRING) for column in data.column_names]
            table = create_table(name=name, columns=drafts, key_column="id")
            path = storage.new_file(table)
            pq.write_table(data, path)
            version = append_file(table=table, path=path, row_count=data.num_rows)
        query = exp.select("*").from_(exp.to_identifier(name, quoted=True))
        return AudienceSpec.of(query, versions={name: version.pk}, key="id", label=label, decided_by_pii=False)

    def target(self, *, status: str | None = None, in_list: bool = True, **landing: Any) -> Target:
        spec = TargetSpec(
            list=ListLanding(name=self.list_name, **landing) if in_list else None,
            status=StatusLanding(field=status, label=status.capitalize()) if status else None,
        )
        with tenant_scope(self.tenant):
            return services.claim_target(owner=self.owner, connector=self.settings, spec=spec)

    def mapping(self, fields: Sequence[FieldMapping] = ()) -> MappingSpec:
        return MappingSpec(identity="email", fields=tuple(fields), data_template_id=self.data_template_id)

    def start(
        self,
        rows: Sequence[Row] | pa.Table | AudienceSpec,
        *,
        fields: Sequence[FieldMapping] = (),
        target: Target | None = None,
        guards: Guards = NO_GUARDS,
        scope: Scope = Scope.FULL,
        sample_size: int | None = None,
    ) -> Delivery:
        audience = rows if isinstance(rows, AudienceSpec) else self.audience(rows)
        target = target or self.target()
        with tenant_scope(self.tenant):
            return services.start_delivery(
                target=Target.objects.get(pk=target.pk),
                audience=audience,
                mapping=self.mapping(fields),
                connector=self.settings,
                started_by=None,
                guards=guards,
                scope=scope,
                sample_size=sample_size,
            )

    def send(self, rows: Sequence[Row] | pa.Table | AudienceSpec, **options: Any) -> Delivery:
        """Starts a delivery and runs the engine until it has ended or waits for a person."""
        return self.finish(self.start(rows, **options))

    def finish(self, delivery: Delivery, *, patience: float = 60.0) -> Delivery:
        until = time.monotonic() + patience
        while True:
            run_due_work(patience=patience)
            now = self.now(delivery)
            if now.is_finished or now.status == Delivery.Status.HELD:
                return now
            assert time.monotonic() < until, f"It does not come to an end: {now.status}"
            time.sleep(0.02)  # a slice rests for a moment after a fault

    def now(self, delivery: Delivery) -> Delivery:
        """The delivery as it is stored now."""
        with tenant_scope(self.tenant):
            return Delivery.objects.select_related("target").get(pk=delivery.pk)

    def outcomes(self, delivery: Delivery) -> dict[str, str]:
        """Status by customer key, of the audience."""
        return {row["key"]: row["status"] for row in self.rows(delivery) if not row["leaver"]}

    def reasons(self, delivery: Delivery) -> dict[str, str]:
        """Reason by customer key, where there is one."""
        return {row["key"]: row["reason"] for row in self.rows(delivery) if row["reason"] and not row["leaver"]}

    def rows(self, delivery: Delivery) -> list[dict[str, Any]]:
        with tenant_scope(self.tenant):
            rows: list[dict[str, Any]] = pq.read_table(files.path_of(delivery.outcomes_file)).to_pylist()
        return rows

    def ledger(self, target: Target) -> dict[str, str]:
        """Contact id by e-mail address, as the ledger has it now."""
        with tenant_scope(self.tenant):
            name = Target.objects.get(pk=target.pk).ledger_file
            rows = pq.read_table(files.path_of(name)).to_pylist()
        return {row["identity"]: row["external_id"] for row in rows}

    def calls(self, delivery: Delivery) -> Mapping[str, int]:
        """Calls by purpose, by the delivery's own account."""
        made = Counter[str]()
        with tenant_scope(self.tenant):
            for piece in delivery.slices.all():
                made.update(piece.calls)
        return dict(made)


def _table(rows: Sequence[Row]) -> pa.Table:
    keys, emails = [key for key, _ in rows], [email for _, email in rows]
    return pa.table({"id": pa.array(keys, pa.string()), "email": pa.array(emails, pa.string())})


def people(*numbers: int) -> list[Row]:
    """Customers c1, c2, … with the addresses p1@example.com, p2@example.com, …"""
    return [(f"c{number}", f"p{number}@example.com") for number in numbers]
