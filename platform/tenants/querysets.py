"""Tenant-owned rows are read through managers that know the tenant, or refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from django.db import models
from django.db.models import sql

from tenants.errors import TenantScopeError
from tenants.scope import active_tenant_id, require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = TypeVar("Row", bound=models.Model)


def _refuse(model: type[models.Model] | None) -> NoReturn:
    name = model.__name__ if model else "tenant-owned rows"
    message = f"{name} was queried with no tenant active: enter tenant_scope() first."
    raise TenantScopeError(message)


class UnscopedQuery(sql.Query):
    """A query built with no tenant active; it refuses to become SQL.

    Every read, update and subquery passes through the compiler, so one refusal there covers them all.
    """

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True) -> Any:  # noqa: FBT001, FBT002 Django's signature
        if self.is_empty():
            return super().get_compiler(using, connection, elide_empty)
        return _refuse(self.model)

    def chain(self, klass: type[sql.Query] | None = None) -> Any:
        if klass not in {None, UnscopedQuery}:
            _refuse(self.model)
        return super().chain(klass)


# The most that a bigint has.
LONGEST_ID = 18


class TenantQuerySet(models.QuerySet[Row, Row]):
    """Rows of the active tenant."""

    def with_typed_id(self, text: str) -> Self:
        """The row with the id from an address or a form; none if the text is not an id."""
        is_id = text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID
        return self.filter(pk=int(text)) if is_id else self.none()

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.claim_for_active_tenant()
        return super().bulk_create(rows, *args, **kwargs)


class UnscopedQuerySet(TenantQuerySet[Row]):
    """What a manager returns when no tenant is active: operations that bypass the compiler are refused here."""

    def delete(self) -> NoReturn:
        _refuse(self.model)

    def _raw_delete(self, using: str | None) -> NoReturn:
        _refuse(self.model)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> NoReturn:
        _refuse(self.model)

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse(self.model)


class TenantManager(models.Manager[Row]):
    """The manager of tenant-owned models; `TenantManager.from_queryset(OwnQuerySet)()` adds an app's methods."""

    _queryset_class: type[TenantQuerySet[Any]] = TenantQuerySet

    def get_queryset(self) -> models.QuerySet[Row, Row]:
        if active_tenant_id() is None:
            return UnscopedQuerySet(self.model, query=UnscopedQuery(self.model), using=self._db)
        rows = self._queryset_class(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]
        return rows.filter(tenant_id=require_tenant_id())
