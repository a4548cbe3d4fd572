"""Runs of queries: asked for on a page, worked off in the queue `engine`, cancelled from anywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.cache import cache
from django.db import transaction
from sqlglot import exp

from customer360 import cancelling, catalog, storage
from customer360.engine import Limits, installed_engine
from customer360.engine.errors import EngineError, EngineInterruptedError, EngineMemoryError, EngineTimeoutError
from customer360.engine.types import as_stored
from customer360.errors import Customer360Error, QueryError
from customer360.queries.models import QueryRun
from customer360.queries.results import MOST_ROWS
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from runtime import clock
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from accounts.models import User
    from customer360.queries.models import Query
    from customer360.sql.checking import CheckedQuery

log = structlog.get_logger(__name__)

LIMITS = Limits(memory_mib=1024, threads=2, seconds=120, spill_mib=16_384)
MOST_AT_ONCE = 3
"""Open runs of one person: the queue also builds tables and plans sends."""

SILENCE = timedelta(seconds=LIMITS.seconds + 60)
"""A run that has worked for so long has lost its worker."""

TOO_SLOW = (
    "The query took longer than two minutes and was stopped. Make it read less: add a condition, "
    "or build a table from a part of it."
)
TOO_LARGE = (
    "The query needs more memory than a run may use. Make it keep less at once: name the columns that you need, "
    "add a condition, or sort and group fewer rows."
)
LOST = "The worker that ran this query went away. Run it again."


@transaction.atomic
def start_run(*, sql: str, query: Query | None, actor: User, restricted_pii: bool) -> QueryRun:
    """A run of the text, which waits for a worker; the same person's earlier one of the same query is cancelled.

    Raises QueryRefusedError when the text can't run, and QueryError when too many of the person's runs are open.
    """
    from customer360.tasks import run_query

    read = checked(sql, current_shapes(), restricted_pii=restricted_pii)
    for earlier in QueryRun.objects.open().of(actor):
        end_if_lost(earlier)
        if earlier.query_id == (query.pk if query else None):
            cancel_run(run=earlier)
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


def cancel_run(*, run: QueryRun) -> None:
    """A waiting run never starts; a running one ends as soon as the engine lets go, which is within a second."""
    cancelling.request(_flag(run))
    QueryRun.objects.filter(status=QueryRun.Status.WAITING).end(run.pk, status=QueryRun.Status.CANCELLED)


def end_if_lost(run: QueryRun) -> None:
    """Fails a run whose worker was killed."""
    if run.status == QueryRun.Status.RUNNING and run.begun_at and clock.now() - run.begun_at > SILENCE:
        QueryRun.objects.end(run.pk, status=QueryRun.Status.FAILED, problem=LOST)
        run.refresh_from_db()


def run_query(*, run_id: int) -> None:
    """Works the run off; a second time too, when the first worker was killed."""
    begun = QueryRun.objects.open().filter(pk=run_id).update(status=QueryRun.Status.RUNNING, begun_at=clock.now())
    if not begun:
        return
    run = QueryRun.objects.get(pk=run_id)
    try:
        _work_off(run)
    except EngineInterruptedError:
        QueryRun.objects.end(run_id, status=QueryRun.Status.CANCELLED)
    except (Customer360Error, EngineError) as error:
        QueryRun.objects.end(run_id, status=QueryRun.Status.FAILED, problem=_in_plain_words(error))
    except Exception:
        log.exception("query_run_failed", run_id=run_id)
        problem = "Something went wrong on our side. Run it again; if it happens again, tell an operator."
        QueryRun.objects.end(run_id, status=QueryRun.Status.FAILED, problem=problem)


def versions_to_read() -> Iterator[int]:
    """The table versions that open runs of the active tenant read."""
    for versions in QueryRun.objects.open().values_list("versions", flat=True):
        yield from versions.values()


def _work_off(run: QueryRun) -> None:
    query = checked(run.sql, current_shapes(), restricted_pii=run.restricted_pii)
    run.versions = catalog.current_versions(query.tables)
    run.data_of = catalog.data_of(run.versions) if run.versions else None
    run.save(update_fields=["versions", "data_of"])
    path = storage.new_result()
    rows = _write(run, query, path)
    kept = QueryRun.objects.end(
        run.pk,
        status=QueryRun.Status.COMPLETED,
        row_count=min(rows, MOST_ROWS),
        is_cut=rows > MOST_ROWS,
        result=storage.name_of(path),
    )
    if not kept:
        path.unlink(missing_ok=True)


def _write(run: QueryRun, query: CheckedQuery, path: Path) -> int:
    """Writes one row more than is kept, to know whether there are more; returns how many."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    rows = query.at(clock.now(), tenant.zone)
    relations = catalog.pinned_relations(run.versions)
    with (
        installed_engine().open_session(relations, limits=LIMITS, time_zone=tenant.time_zone) as session,
        cancelling.interrupted_by(_flag(run), session, meanwhile=lambda: _tell(run, session.progress())),
    ):
        columns = map(as_stored, session.columns(rows))
        return session.write(
            exp.select(*columns).from_(rows.subquery("result")).limit(MOST_ROWS + 1),
            path,
            pii={column.name for column in query.columns if column.is_pii},
        )


def progress_of(run: QueryRun) -> float | None:
    """How much of the work is done, from 0 to 1, where the engine knows."""
    share: float | None = cache.get(f"query-run-progress:{run.tenant_id}:{run.pk}")
    return share


def _tell(run: QueryRun, share: float | None) -> None:
    cache.set(f"query-run-progress:{run.tenant_id}:{run.pk}", share, timeout=SILENCE.total_seconds())


def _in_plain_words(error: Exception) -> str:
    if isinstance(error, EngineTimeoutError):
        return TOO_SLOW
    return TOO_LARGE if isinstance(error, EngineMemoryError) else str(error)


def _flag(run: QueryRun) -> str:
    return f"cancel-query-run:{run.tenant_id}:{run.pk}"
