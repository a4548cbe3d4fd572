"""Whether a text can run now: checked as written, and bound by the engine against the current tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360 import catalog
from customer360.interactive import open_interactive
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from runtime import clock
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from customer360.sql.checking import CheckedQuery


def prove(text: str, *, restricted_pii: bool) -> CheckedQuery:
    """The checked query. Raises QueryRefusedError, or EngineError when only the engine finds a fault."""
    query = checked(text, current_shapes(), restricted_pii=restricted_pii)
    zone = Tenant.objects.get(pk=require_tenant_id()).zone
    with open_interactive(catalog.pinned_relations(catalog.current_versions(query.tables))) as session:
        session.columns(query.at(clock.now(), zone))
    return query
