"""Which tenant, and which user, the running code acts for.

The scope lives in a context variable, so a new thread starts with none. The database learns of it from
`tenants.postgresql`, which compares it with the connection's settings whenever a cursor is opened.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connections
from structlog.contextvars import bound_contextvars

from tenants.errors import TenantScopeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Scope:
    tenant_id: int | None = None
    user_id: int | None = None


NO_SCOPE = Scope()
_active: ContextVar[Scope] = ContextVar("scope", default=NO_SCOPE)


def active_scope() -> Scope:
    return _active.get()


def active_tenant_id() -> int | None:
    return _active.get().tenant_id


def require_tenant_id() -> int:
    tenant_id = active_tenant_id()
    if tenant_id is None:
        message = "No tenant is active: enter tenant_scope() first."
        raise TenantScopeError(message)
    return tenant_id


@contextmanager
def tenant_scope(tenant: Tenant | int) -> Iterator[None]:
    """Everything inside reads and writes rows of this tenant only, on every connection, and nothing after it."""
    tenant_id = tenant if isinstance(tenant, int) else tenant.pk
    if active_tenant_id() not in {None, tenant_id}:
        message = "Another tenant is active: leave its scope before entering this one."
        raise TenantScopeError(message)
    with bound_contextvars(tenant_id=tenant_id), _entered(replace(_active.get(), tenant_id=tenant_id)):
        yield


@contextmanager
def user_scope(user_id: int) -> Iterator[None]:
    """Inside, the database also shows this user their own memberships of any tenant."""
    with bound_contextvars(user_id=user_id), _entered(replace(_active.get(), user_id=user_id)):
        yield


@contextmanager
def _entered(scope: Scope) -> Iterator[None]:
    token = _active.set(scope)
    try:
        yield
    finally:
        _active.reset(token)
        _settle_open_connections()


def _settle_open_connections() -> None:
    """An idle pooled connection must not keep the scope that has just ended."""
    for connection in connections.all(initialized_only=True):
        settle = getattr(connection, "settle_scope", None)
        if settle is not None:
            settle()
