"""The query across tenants that imports need, as a migration operation."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

# Runs with its owner's rights, so it sees all tenants; it returns only ids, no tenant data. A queue may be long:
# an import is enqueued again only after some minutes without being started.
_CREATE = """
CREATE FUNCTION imports_due()
RETURNS TABLE (tenant_id bigint, import_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT import.tenant_id, import.id FROM customer360_import import
  WHERE import.status IN ('waiting', 'running')
    AND import.queued_at < now() - CASE import.status WHEN 'running' THEN interval '1 minute'
                                                      ELSE interval '10 minutes' END
    AND NOT EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = 3600001 AND objid = (import.id % 2147483647)::oid AND objsubid = 2
    )
$$
"""


class FindUnfinishedImports(RunSQL):
    """`imports_due()`: see `customer360.imports.recovery`."""

    def __init__(self) -> None:
        super().__init__(_CREATE, reverse_sql="DROP FUNCTION imports_due()")
