"""Engine sessions of an import: in the tenant's time zone, and stopped when a person cancels."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.cache import cache

from customer360.engine import JOB, installed_engine
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.engine import EngineSession, Relation
    from customer360.models import Import

_LOOK_EVERY = 0.5
_FLAG_LIVES = 24 * 3600


def request_cancel(import_: Import) -> None:
    """Asks the runner, in whatever process, to stop."""
    cache.set(_flag(import_), 1, timeout=_FLAG_LIVES)


def is_cancel_requested(import_: Import) -> bool:
    return cache.get(_flag(import_)) is not None


@contextmanager
def open_job(import_: Import, relations: Mapping[str, Relation]) -> Iterator[EngineSession]:
    """A session that raises EngineInterruptedError soon after the import is cancelled."""
    zone = Tenant.objects.get(pk=require_tenant_id()).time_zone
    with installed_engine().open_session(relations, limits=JOB, time_zone=zone) as session:
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(import_, session, done), daemon=True)
        watcher.start()
        try:
            yield session
        finally:
            done.set()
            watcher.join()


def _watch(import_: Import, session: EngineSession, done: threading.Event) -> None:
    while not done.wait(_LOOK_EVERY):
        if is_cancel_requested(import_):
            session.interrupt()
            return


def _flag(import_: Import) -> str:
    return f"cancel-import:{import_.tenant_id}:{import_.pk}:{import_.created_at.timestamp()}"
