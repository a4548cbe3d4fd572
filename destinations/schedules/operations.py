"""The query across tenants that schedules need, as a migration operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.migrations.operations.base import Operation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

# Runs with its owner's rights, so it sees all tenants; it returns only ids, no tenant data.
_CREATE = """
CREATE FUNCTION "{table}_due"(moment timestamptz)
RETURNS TABLE (tenant_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT owner.tenant_id, owner.id FROM "{table}" owner
  WHERE owner.next_run_at <= moment
  ORDER BY owner.next_run_at, owner.id
$$
"""


def due_function(table: str) -> str:
    return f"{table}_due"


class FindDue(Operation):
    """`<table>_due(moment)`: ids of the rows of a Scheduled model, in all tenants, whose time has come."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(_CREATE.format(table=table))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'DROP FUNCTION "{due_function(table)}"(timestamptz)')

    def describe(self) -> str:
        return f"Let beat find what is due of {self.model_name} in every tenant"
