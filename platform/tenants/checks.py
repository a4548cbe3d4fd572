from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections, models

from tenants.fields import TenantForeignKey, TenantOneToOneField
from tenants.introspection import role_rights, tenant_models, unprotected_tables
from tenants.models import TenantModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@register(Tags.models)
def check_references(**_kwargs: Any) -> list[CheckMessage]:
    return [problem for model in tenant_models() for problem in _wrong_references(model)]


def _wrong_references(model: type[TenantModel]) -> Iterator[CheckMessage]:
    for field in model._meta.get_fields():
        if isinstance(field, models.ManyToManyField):
            if field.remote_field.through._meta.auto_created:  # type: ignore[union-attr]
                yield Error(
                    "A many-to-many table made by Django has no tenant.",
                    hint="Write the table in between as a TenantModel and name it as `through`.",
                    obj=field,
                    id="tenants.E001",
                )
        elif isinstance(field, models.ForeignKey) and _crosses(field):
            yield Error(
                "A reference between tenant-owned rows must be a TenantForeignKey.",
                hint="A plain foreign key is not bound by row-level security.",
                obj=field,
                id="tenants.E002",
            )


def _crosses(field: models.ForeignKey[Any, Any]) -> bool:
    safe = isinstance(field, TenantForeignKey | TenantOneToOneField)
    return not safe and issubclass(field.related_model, TenantModel)


@register(Tags.database)
def check_isolation(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """The application's role is bound by the policies, and every table has one."""
    if "default" not in (databases or []):
        return []
    try:
        with connections["default"].cursor() as cursor:
            rights, unprotected = role_rights(cursor), unprotected_tables(cursor)
    except DatabaseError as error:
        return [
            Error(
                f"The database cannot be asked whether it keeps tenants apart: {error}".strip(),
                hint="Check DATABASE_URL and that the server runs.",
                id="tenants.E003",
            )
        ]
    return [*_role_problems(rights.name, could_bypass=rights.could_bypass), *_table_problems(unprotected)]


def _role_problems(role: str, *, could_bypass: bool) -> Iterator[CheckMessage]:
    if could_bypass:
        yield Error(
            f"The role “{role}” in DATABASE_URL is a superuser, bypasses row-level security or owns tables.",
            hint="Connect as a role that owns nothing; migrations use MIGRATION_DATABASE_URL.",
            id="tenants.E004",
        )


def _table_problems(unprotected: set[str]) -> Iterator[CheckMessage]:
    if unprotected:
        yield Error(
            f"Tables without a row-level security policy: {', '.join(sorted(unprotected))}.",
            hint="Add ProtectTenantTable to the migration that creates the table.",
            id="tenants.E005",
        )
