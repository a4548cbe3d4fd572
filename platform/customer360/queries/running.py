"""Query runs that people start on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from sqlglot import exp

from customer360 import catalog, storage
from customer360.engine import Limits
from customer360.engine.types import as_stored
from customer360.errors import QueryError
from customer360.queries.models import QueryRun
from customer360.queries.results import MOST_ROWS
from customer360.runs.working import Runner
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from runtime import clock
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from pathlib import Path

    from accounts.models import User
    from customer360.queries.models import Query
    from customer360.sql.checking import CheckedQuery

LIMITS = Limits(memory_mib=1024, threads=2, seconds=120, spill_mib=16_384)
MOST_AT_ONCE = 3
"""The most open runs of one person: the same queue also builds tables and plans sends."""

TOO_SLOW = (
    "The query took longer than two minutes and was stopped. Make it read less: add a condition, "
    "or build a table from a part of it."
)
TOO_LARGE = (
    "The query needs more memory than a run may use. Make it keep less at once: name the columns that you need, "
    "add a condition, or sort and group fewer rows."
)
RUNS = Runner(
    QueryRun,
    name="query-run",
    seconds=LIMITS.seconds,
    too_slow=TOO_SLOW,
    too_large=TOO_LARGE,
    lost="The worker that ran this query went away. Run it again.",
)


@transaction.atomic
def start_run(*, sql: str, query: Query | None, actor: User, restricted_pii: bool) -> QueryRun:
    """Queues a run of the text; cancels the same person's earlier run of the same query.

    Raises QueryRefusedError when the text can't run, and QueryError when too many of the person's runs are open.
    """
    from customer360.tasks import run_query

    read = checked(sql, current_shapes(), restricted_pii=restricted_pii)
    for earlier in QueryRun.objects.open().of(actor):
        RUNS.end_if_lost(earlier)
        if earlier.query_id == (query.pk if query else None):
            RUNS.cancel(earlier)
    if QueryRun.objects.open().of(actor).count() >= MOST_AT_ONCE:
        raise QueryError(f"{MOST_AT_ONCE} of your queries are running. Wait for one to end, or cancel it.")
    run: QueryRun = QueryRun.objects.create(
        query=query,
        sql=sql,
        started_by=actor,
        restricted_pii=restricted_pii,
        is_personal=read.chosen_by.is_pii,
    )
    run_query.enqueue(run_id=run.pk)
    return run


def run_query(*, run_id: int) -> None:
    """Executes the run; can be repeated when the first worker was killed."""
    RUNS.work_off(run_id, _work_off)


def _work_off(run: QueryRun) -> None:
    query = checked(run.sql, current_shapes(), restricted_pii=run.restricted_pii)
    RUNS.pin(run, catalog.current_versions(query.tables))
    path = storage.new_result()
    rows = _write(run, query, path)
    RUNS.complete(run, path, row_count=min(rows, MOST_ROWS), is_cut=rows > MOST_ROWS)


def _write(run: QueryRun, query: CheckedQuery, path: Path) -> int:
    """Writes one row more than is kept, to detect a cut; returns how many."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    rows = query.at(clock.now(), tenant.zone)
    with RUNS.session(run, LIMITS) as session:
        columns = map(as_stored, session.columns(rows))
        return session.write(
            exp.select(*columns).from_(rows.subquery("result")).limit(MOST_ROWS + 1),
            path,
            pii={column.name for column in query.columns if column.is_pii},
        )
