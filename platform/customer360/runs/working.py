"""Engine runs: executed in the queue `engine`, cancelled from anywhere, failed when a worker is lost."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog
from django.core.cache import cache

from customer360 import cancelling, catalog, storage
from customer360.engine import installed_engine
from customer360.engine.errors import EngineError, EngineInterruptedError, EngineMemoryError, EngineTimeoutError
from customer360.errors import Customer360Error
from customer360.runs.models import EngineRun
from runtime import clock
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from customer360.engine import EngineSession, Limits, Relation

log = structlog.get_logger(__name__)

Run = TypeVar("Run", bound=EngineRun)
OUR_FAULT = "Something went wrong on our side. Run it again; if it happens again, tell an operator."


@dataclass(frozen=True, slots=True)
class Runner(Generic[Run]):
    """How runs of one kind are executed.

    `name` keeps their flags apart, `seconds` limits the engine's time per run. The texts say why one failed: it
    took too long, needed too much memory, or lost its worker; `faults` have their own messages.
    """

    model: type[Run]
    name: str
    seconds: float
    too_slow: str
    too_large: str
    lost: str
    faults: tuple[type[Exception], ...] = (Customer360Error, EngineError)

    @property
    def silence(self) -> timedelta:
        """A run that has been running this long has lost its worker."""
        return timedelta(seconds=self.seconds + 60)

    def cancel(self, run: Run) -> None:
        """A waiting run never starts; a running one ends once the engine is interrupted, within a second."""
        cancelling.request(self._flag(run))
        waiting = self.model.objects.filter(status=EngineRun.Status.WAITING)
        waiting.end(run.pk, status=EngineRun.Status.CANCELLED)

    def end_if_lost(self, run: Run) -> None:
        """Fails a run whose worker was killed."""
        if run.status != EngineRun.Status.RUNNING or run.begun_at is None:
            return
        if clock.now() - run.begun_at > self.silence:
            self.model.objects.end(run.pk, status=EngineRun.Status.FAILED, problem=self.lost)
            run.refresh_from_db()

    def work_off(self, run_id: int, work: Callable[[Run], None]) -> None:
        """Does the work of the run, and on failure ends it with an explanation. Can be repeated after a kill."""
        open_runs = self.model.objects.open().filter(pk=run_id)
        if not open_runs.update(status=EngineRun.Status.RUNNING, begun_at=clock.now()):
            return
        try:
            work(self.model.objects.get(pk=run_id))
        except EngineInterruptedError:
            self.model.objects.end(run_id, status=EngineRun.Status.CANCELLED)
        except self.faults as error:
            self._fail(run_id, self._in_plain_words(error))
        except Exception:
            log.exception("run_failed", kind=self.name, run_id=run_id)
            self._fail(run_id, OUR_FAULT)

    def pin(self, run: Run, versions: Mapping[str, int]) -> None:
        """Pins the table versions that the run reads; they are kept until it has ended."""
        run.versions = dict(versions)
        run.data_of = catalog.data_of(run.versions) if run.versions else None
        run.save(update_fields=["versions", "data_of"])

    @contextmanager
    def session(self, run: Run, limits: Limits) -> Iterator[EngineSession]:
        """A session on the run's versions, which reports progress and ends when the run is cancelled."""
        zone = Tenant.objects.get(pk=require_tenant_id()).time_zone
        relations: Mapping[str, Relation] = catalog.pinned_relations(run.versions)
        with (
            installed_engine().open_session(relations, limits=limits, time_zone=zone) as session,
            cancelling.interrupted_by(
                self._flag(run), session, meanwhile=lambda: self._tell(run, session.progress())
            ),
        ):
            yield session

    def complete(self, run: Run, path: Path, **found: int | bool) -> None:
        """Makes the file the run's result, or deletes it if the run has been cancelled."""
        name = storage.name_of(path)
        if not self.model.objects.end(run.pk, status=EngineRun.Status.COMPLETED, result=name, **found):
            path.unlink(missing_ok=True)

    def progress_of(self, run: Run) -> float | None:
        """How much of the work is done, from 0 to 1, if the engine knows."""
        share: float | None = cache.get(self._progress_key(run))
        return share

    def versions_to_read(self) -> Iterator[int]:
        """The table versions that the active tenant's open runs read."""
        for versions in self.model.objects.open().values_list("versions", flat=True):
            yield from versions.values()

    def _fail(self, run_id: int, problem: str) -> None:
        self.model.objects.end(run_id, status=EngineRun.Status.FAILED, problem=problem)

    def _in_plain_words(self, error: Exception) -> str:
        if isinstance(error, EngineTimeoutError):
            return self.too_slow
        return self.too_large if isinstance(error, EngineMemoryError) else str(error)

    def _tell(self, run: Run, share: float | None) -> None:
        cache.set(self._progress_key(run), share, timeout=self.silence.total_seconds())

    def _progress_key(self, run: Run) -> str:
        return f"{self.name}-progress:{run.tenant_id}:{run.pk}"

    def _flag(self, run: Run) -> str:
        return f"cancel-{self.name}:{run.tenant_id}:{run.pk}"
