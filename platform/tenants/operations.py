"""Migration operations that make the database itself keep tenants apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.migrations.operations.base import Operation

from tenants.fields import TenantForeignKey, TenantOneToOneField

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState
    from django.db.models import Field, Model

TENANT_MATCHES = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint"
TABLE_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
USER_MATCHES = "= nullif(current_setting('app.user_id', true), '')::bigint"


class _DatabaseOnly(Operation):
    """Changes the database, not Django's state of the models."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass


class ProtectTenantTable(_DatabaseOnly):
    """The table shows and accepts only the active tenant's rows, and refers only to rows of the same tenant.

    Adds the row-level security policy, `UNIQUE (tenant_id, id)`, and a composite foreign key for each
    TenantForeignKey. Enabled, not forced: the owner migrates and flushes past it.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        schema_editor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        schema_editor.execute(
            f'CREATE POLICY tenant ON "{table}" USING ({TENANT_MATCHES}) WITH CHECK ({TENANT_MATCHES})'
        )
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_id_id" UNIQUE (tenant_id, id)'
        )
        for field in tenant_references(model):
            schema_editor.execute(_composite_foreign_key(model, field))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        for field in tenant_references(model):
            schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{_constraint_name(model, field)}"')
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_tenant_id_id" CASCADE')
        schema_editor.execute(f'DROP POLICY tenant ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Protect {self.model_name} by row-level security"


class ShowOwnRows(_DatabaseOnly):
    """A protected table also lets each person read, but not write, the rows that name them, of any tenant."""

    def __init__(self, model_name: str, user_column: str) -> None:
        super().__init__(model_name)
        self.user_column = user_column

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(
            f'CREATE POLICY own_rows ON "{table}" FOR SELECT USING ("{self.user_column}" {USER_MATCHES})'
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'DROP POLICY own_rows ON "{table}"')

    def describe(self) -> str:
        return f"Show each person their own rows of {self.model_name}"


class LimitApplication(Operation):
    """The application role has these rights on the table and no others, such as SELECT and INSERT only."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, to: Sequence[str]) -> None:
        self.table = table
        self.to = tuple(to)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._grant(schema_editor, self.to)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._grant(schema_editor, TABLE_RIGHTS)

    def _grant(self, schema_editor: BaseDatabaseSchemaEditor, rights: Sequence[str]) -> None:
        role = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
        schema_editor.execute(f'REVOKE ALL ON "{self.table}" FROM {role}')
        schema_editor.execute(f'GRANT {", ".join(rights)} ON "{self.table}" TO {role}')

    def describe(self) -> str:
        return f"Let the application only {', '.join(self.to)} on {self.table}"


class ProtectTenantForeignKey(_DatabaseOnly):
    """A TenantForeignKey added to a protected table refers only to rows of the same tenant."""

    def __init__(self, model_name: str, field_name: str) -> None:
        super().__init__(model_name)
        self.field_name = field_name

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(_composite_foreign_key(model, model._meta.get_field(self.field_name)))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        name = _constraint_name(model, model._meta.get_field(self.field_name))
        schema_editor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{name}"')

    def describe(self) -> str:
        return f"Keep {self.model_name}.{self.field_name} within one tenant"


class GrantToApplication(Operation):
    """The application role may read and write existing and future tables, and owns none."""

    reversible = True
    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        role = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
        for kind, rights in (("TABLES", ", ".join(TABLE_RIGHTS)), ("SEQUENCES", "USAGE, SELECT")):
            schema_editor.execute(f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {role}")
            schema_editor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {role}")

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The rights do no harm when everything is migrated away; nothing to undo."""

    def describe(self) -> str:
        return "Let the application role use the tables"


def tenant_references(model: type[Model]) -> Iterator[Field[Any, Any]]:
    """The fields of a model that refer to rows of the same tenant."""
    for field in model._meta.local_fields:
        if isinstance(field, TenantForeignKey | TenantOneToOneField):
            yield field


def _composite_foreign_key(model: type[Model], field: Any) -> str:
    return (
        f'ALTER TABLE "{model._meta.db_table}" ADD CONSTRAINT "{_constraint_name(model, field)}" '
        f'FOREIGN KEY (tenant_id, "{field.column}") '
        f'REFERENCES "{field.remote_field.model._meta.db_table}" (tenant_id, id) DEFERRABLE INITIALLY DEFERRED'
    )


def _constraint_name(model: type[Model], field: Any) -> str:
    return f"{model._meta.db_table}_{field.column}_tenant_fk"[:63]
