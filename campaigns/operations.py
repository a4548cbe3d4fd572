"""The one query across tenants that campaigns need, as a migration operation."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

# Runs with its owner's rights, so it sees all tenants; it returns ids only, none of their data.
_CREATE = """
CREATE FUNCTION campaign_runs_due()
RETURNS TABLE (tenant_id bigint, run_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT run.tenant_id, run.id FROM campaigns_campaignrun run
  WHERE run.state = 'preparing' AND (run.leased_until IS NULL OR run.leased_until < now())
  ORDER BY run.id
$$
"""


class CreateDueFunction(RunSQL):
    """`campaign_runs_due()`: see `campaigns.runs.recovery`."""

    def __init__(self) -> None:
        super().__init__(_CREATE, reverse_sql="DROP FUNCTION campaign_runs_due()")

    def describe(self) -> str:
        return "Let beat find campaign runs of every tenant that nobody prepares"
