"""Engine sessions of an import: in the tenant's time zone, and interrupted when a person cancels."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

from customer360 import cancelling
from customer360.engine import JOB, installed_engine
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from customer360.engine import EngineSession, Relation
    from customer360.models import Import

_PROGRESS_LIVES = 600


@dataclass(frozen=True, slots=True)
class Progress:
    """What an import is doing, and how much of that is done, from 0 to 1, if known."""

    stage: str
    share: float | None = None


def tell_progress(import_: Import, progress: Progress) -> None:
    cache.set(_progress_key(import_), progress, timeout=_PROGRESS_LIVES)


def progress_of(import_: Import) -> Progress | None:
    """What the runner, in whatever process, last reported."""
    told: Progress | None = cache.get(_progress_key(import_))
    return told


def request_cancel(import_: Import) -> None:
    """Asks the runner, in whatever process, to stop."""
    cancelling.request(_flag(import_))


def is_cancel_requested(import_: Import) -> bool:
    return cancelling.is_requested(_flag(import_))


@contextmanager
def open_job(import_: Import, relations: Mapping[str, Relation], *, stage: str) -> Iterator[EngineSession]:
    """A session that raises EngineInterruptedError soon after the import is cancelled, and reports progress."""
    tell_progress(import_, Progress(stage))
    zone = Tenant.objects.get(pk=require_tenant_id()).time_zone
    with (
        installed_engine().open_session(relations, limits=JOB, time_zone=zone) as session,
        cancelling.interrupted_by(
            _flag(import_), session, meanwhile=lambda: tell_progress(import_, Progress(stage, session.progress()))
        ),
    ):
        yield session


def _progress_key(import_: Import) -> str:
    return f"import-progress:{import_.tenant_id}:{import_.pk}"


def _flag(import_: Import) -> str:
    return f"cancel-import:{import_.tenant_id}:{import_.pk}:{import_.created_at.timestamp()}"
