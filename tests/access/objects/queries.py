from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Query, QueryRun, QueryVersion, Table
from customer360.queries import running
from customer360.queries.services import QueryDraft, create_query
from tests.access.customers import make_customers
from tests.access.making import CANARY, made_for

if TYPE_CHECKING:
    from tests.cast import Cast

SQL = "SELECT id, email, name FROM Customer360"


@made_for("queries/<int:query_id>/")
def query(cast: Cast) -> Query:
    """A draft that compares an address with one that somebody typed."""
    if not Table.objects.filter(name="Customer360").exists():
        make_customers()
    found: Query | None = Query.objects.filter(name="By address").first()
    draft = QueryDraft("By address", f"{SQL} WHERE email = '{CANARY}-ana@example.com'")
    return found or create_query(draft=draft, actor=cast["amp360_user"])


@made_for("queries/versions/<int:version_id>/")
def version(cast: Cast) -> QueryVersion:
    return query(cast).versions.get()


@made_for("queries/runs/<int:run_id>/")
def run(cast: Cast) -> QueryRun:
    """A completed run that shows personal data and is not chosen by any."""
    started = running.start_run(sql=SQL, query=query(cast), actor=cast["amp360_user"], restricted_pii=False)
    running.run_query(run_id=started.pk)
    started.refresh_from_db()
    return started
