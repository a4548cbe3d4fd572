"""The engine's one query across tenants, as a migration operation."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

# Runs with its owner's rights, so it sees all tenants; it returns only ids and a step's name, no tenant data.
_CREATE = """
CREATE FUNCTION delivery_due(only_account text)
RETURNS TABLE (tenant_id bigint, delivery_id bigint, account text, step text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH slices AS (
    SELECT
      s.delivery_id, s.phase, s.leased_until, s.not_before,
      MIN(s.phase) OVER (PARTITION BY s.delivery_id) AS first_phase
    FROM delivery_slice s JOIN delivery_delivery d ON d.id = s.delivery_id
    WHERE s.state = 'open' AND d.status IN ('preparing', 'sending', 'stopping')
  ),
  work AS (
    SELECT
      slices.delivery_id,
      bool_or(phase = first_phase AND (leased_until IS NULL OR leased_until < now())
              AND (not_before IS NULL OR not_before <= now())) AS takeable,
      bool_or(leased_until >= now()) AS in_hand
    FROM slices GROUP BY slices.delivery_id
  ),
  steps AS (
    SELECT
      d.tenant_id, d.id, d.account, d.served_at,
      CASE
        WHEN d.status IN ('preparing', 'sending') AND work.takeable THEN 'slices'
        WHEN d.status = 'waiting' AND NOT EXISTS (
          SELECT FROM delivery_delivery other
          WHERE other.target_id = d.target_id AND other.status IN ('preparing', 'held', 'sending', 'stopping')
            AND other.scope <> 'dry_run'
        ) THEN 'begin'
        WHEN d.leased_until >= now() THEN NULL
        WHEN d.status = 'preparing' AND work.delivery_id IS NULL THEN 'plan'
        WHEN d.status = 'sending' AND work.delivery_id IS NULL THEN 'account'
        WHEN d.status = 'stopping' AND NOT COALESCE(work.in_hand, FALSE) THEN 'account'
        WHEN d.finished_at IS NOT NULL AND d.owner_told_at IS NULL THEN 'tell'
      END AS step
    FROM delivery_delivery d LEFT JOIN work ON work.delivery_id = d.id
    WHERE d.status IN ('waiting', 'preparing', 'sending', 'stopping')
       OR (d.finished_at IS NOT NULL AND d.owner_told_at IS NULL)
  )
  SELECT steps.tenant_id, steps.id, steps.account, steps.step FROM steps
  WHERE steps.step IS NOT NULL
    AND (only_account IS NULL OR (steps.account = only_account AND steps.step = 'slices'))
  ORDER BY steps.served_at NULLS FIRST, steps.id
$$
"""


class CreateDueFunction(RunSQL):
    """`delivery_due(account)`: see `delivery.due`."""

    def __init__(self) -> None:
        super().__init__(_CREATE, reverse_sql="DROP FUNCTION delivery_due(text)")

    def describe(self) -> str:
        return "Let the engine find due work of every tenant"
