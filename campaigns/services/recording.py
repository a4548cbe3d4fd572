"""Records each recipient's outcome after a run, so that segments can ask who was actually sent a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds
from django.db import transaction

from campaigns.models import CampaignRun
from campaigns.runs import arrivals, recipients
from campaigns.runs.arrivals import Account
from campaigns.runs.attempts import attempts
from customer360 import services as customer360
from customer360 import storage
from customer360.engine import JOB, DataFile, FileRelation, installed_engine
from destinations.delivery import files
from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from customer360.engine import Relation
    from customer360.models import Table


@transaction.atomic
def ask(run: CampaignRun) -> None:
    """Requests that the run's outcomes be recorded in the background; after a retry once more."""
    from campaigns.tasks import record_outcomes

    CampaignRun.objects.filter(pk=run.pk).update(has_outcomes=False)
    record_outcomes.enqueue(run_id=run.pk)


def ask_for_lost() -> None:
    """Requests again, in every tenant, what was never done, for example because a queue was emptied."""
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            for run in CampaignRun.objects.recorded().ended().filter(has_outcomes=False):
                ask(run)


def record(run_id: int) -> None:
    """Records for each recipient of the run whether and when they were sent to. Safe to repeat and to kill.

    It rewrites the one file with the run's recipients, and starts over if that was replaced meanwhile.
    """
    while not _record(CampaignRun.objects.whole().get(pk=run_id)):
        pass


def _record(run: CampaignRun) -> bool:
    """Whether it is done."""
    if not run.has_ended:
        return True
    table = recipients.table()
    file = _file_of(run, table)
    if file is None:
        return True
    written = _write(run, table, file)
    with transaction.atomic():
        if customer360.replace_file(table=table, file=file, path=written) is None:
            written.unlink()
            return False
        CampaignRun.objects.filter(pk=run.pk).update(has_outcomes=True)
    return True


def _file_of(run: CampaignRun, table: Table) -> Path | None:
    """The file with the run's recipients: its own, or one that it was merged into."""
    if table.current_version is None:
        return None
    mine = (pc.field("campaign_id") == run.campaign_id) & (pc.field("run") == run.number)
    paths = (storage.path_of(file.name) for file in table.current_version.manifest.files)
    return next((path for path in paths if ds.dataset(path).head(1, filter=mine).num_rows), None)


def _write(run: CampaignRun, table: Table, file: Path) -> Path:
    """Writes the file's rows to a new one, with the outcomes of the run's."""
    schema = ds.dataset(file).schema
    accounts = list(_accounts(run))
    relations: dict[str, Relation] = {"recipients": FileRelation((DataFile(file),), tuple(schema.names))}
    for account in accounts:
        relations[account.relation] = files.relation(account.file, files.OUTCOMES)
    written = storage.new_file(table)
    with installed_engine().open_session(relations, limits=JOB) as session:
        rows = arrivals.with_outcomes(run, _treatments(run), accounts, schema.names)
        session.write(rows, written, pii=files.pii_of(schema) | _marked(table))
    return written


def _marked(table: Table) -> set[str]:
    return set(table.columns.filter(is_pii=True).values_list("name", flat=True))


def _treatments(run: CampaignRun) -> list[int]:
    return [group.group_id for group in run.groups.all() if group.group_id and not group.is_control]


def _accounts(run: CampaignRun) -> Iterator[Account]:
    """The accounts of all attempts to send each group that still exists."""
    for group in run.groups.all():
        for sent in group.run_deliveries.all():
            for delivery in attempts(sent.delivery):
                if group.group_id and delivery.outcomes_file and delivery.finished_at:
                    yield Account(group.group_id, delivery.outcomes_file, delivery.finished_at)
