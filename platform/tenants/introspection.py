"""What the database really enforces, read from its catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps

from tenants.models import TenantModel

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

# Tables without a tenant. Anything else must be protected; a test compares this list with the database.
GLOBAL_TABLES = frozenset(
    {
        "account_emailaddress",
        "account_emailconfirmation",
        "accounts_user",
        "accounts_user_groups",
        "accounts_user_user_permissions",
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "django_admin_log",  # empty: the application may not write to it (audit.0001)
        "django_content_type",
        "django_migrations",
        "django_session",
        "tenants_tenant",
    }
)


@dataclass(frozen=True, slots=True)
class RoleRights:
    name: str
    superuser: bool
    bypasses_policies: bool
    owned_tables: int

    @property
    def could_bypass(self) -> bool:
        return self.superuser or self.bypasses_policies or self.owned_tables > 0


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel) and not model._meta.proxy]


def role_rights(cursor: CursorWrapper) -> RoleRights:
    cursor.execute(
        "SELECT rolname, rolsuper, rolbypassrls,"
        " (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid AND relkind = 'r')"
        " FROM pg_roles WHERE rolname = current_user"
    )
    return RoleRights(*cursor.fetchone())


def unprotected_tables(cursor: CursorWrapper) -> set[str]:
    """Tables of the public schema that are neither global by name nor bound by a policy."""
    cursor.execute(
        "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE nspname = 'public' AND relkind = 'r' AND NOT (relrowsecurity AND EXISTS"
        " (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))"
    )
    return {name for (name,) in cursor.fetchall()} - GLOBAL_TABLES
