"""The queries across tenants that orchestrations need, as migration operations; they return only ids."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

STALE_FUNCTION = "orchestrations_with_new_data"
WAITING_FUNCTION = "orchestration_runs_waiting"

# New data is a current version other than the one seen; it counts after the quiet time that was asked for.
_STALE = """
CREATE FUNCTION orchestrations_with_new_data(moment timestamptz)
RETURNS TABLE (tenant_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT owner.tenant_id, owner.id
  FROM destinations_orchestration owner
  JOIN customer360_table source ON source.tenant_id = owner.tenant_id AND owner.seen_versions ? source.name
  JOIN customer360_tableversion version ON version.id = source.current_version_id
  WHERE owner.workflow = 'automatic' AND NOT owner.is_paused
    AND (owner.seen_versions ->> source.name)::bigint IS DISTINCT FROM source.current_version_id
    AND NOT EXISTS (
      SELECT FROM destinations_orchestrationrun run WHERE run.orchestration_id = owner.id AND run.ended_at IS NULL
    )
  GROUP BY owner.tenant_id, owner.id, owner.quiet_minutes
  HAVING max(version.created_at) + make_interval(mins => owner.quiet_minutes) <= moment
  ORDER BY owner.id
$$
"""

_WAITING = """
CREATE FUNCTION orchestration_runs_waiting()
RETURNS TABLE (tenant_id bigint, id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT run.tenant_id, run.id FROM destinations_orchestrationrun run
  WHERE run.begun_at IS NULL AND run.ended_at IS NULL AND run.queued_at < now() - interval '10 seconds'
  ORDER BY run.id
$$
"""


class FindNewData(RunSQL):
    """`orchestrations_with_new_data(moment)`: see `orchestrations.automatic`."""

    def __init__(self) -> None:
        super().__init__(_STALE, reverse_sql="DROP FUNCTION orchestrations_with_new_data(timestamptz)")

    def describe(self) -> str:
        return "Let beat find automatic orchestrations of every tenant that have new data"


class FindWaitingRuns(RunSQL):
    """`orchestration_runs_waiting()`: see `orchestrations.recovery`."""

    def __init__(self) -> None:
        super().__init__(_WAITING, reverse_sql="DROP FUNCTION orchestration_runs_waiting()")

    def describe(self) -> str:
        return "Let beat find runs of orchestrations of every tenant that nobody has begun"
