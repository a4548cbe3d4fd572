"""Where Acme's people orchestrate: a hundred customers, queries and segments, HubSpot, and runs to their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.access import Access
from customer360.models import Query, Table
from destinations.delivery.specs import Scope
from destinations.models import DataTemplate
from destinations.orchestrations.models import Orchestration, OrchestrationRun
from destinations.orchestrations.reports import RunReport
from destinations.orchestrations.services import running
from destinations.orchestrations.services.editing import OrchestrationDraft, create_orchestration
from segments.operators import Operator
from tests.campaigns.office import Office, fill
from tests.destinations.delivery.desk import run_due_work

if TYPE_CHECKING:
    from accounts.models import User
    from segments.models import Segment
    from tests.sandbox import Account

CUSTOMERS = range(1, 101)


@dataclass
class Studio:
    """Customers are c1 to c100 with p1@example.com and their number as score."""

    office: Office
    person: User
    template: DataTemplate

    @classmethod
    def open(cls, person: User, account: Account | None = None) -> Studio:
        office = Office.open(person, CUSTOMERS, account)
        template = DataTemplate.objects.create(
            destination=office.template.destination,
            name="Query results",
            mapping=[{"source": "email", "target": "email"}],
        )
        return cls(office, person, template)

    def query(self, name: str = "High scores", where: str = "score > 50", **values: Any) -> Query:
        sql = f"SELECT id, email FROM Customer360 WHERE {where}"
        made: Query = Query.objects.create(**{"name": name, "sql": sql, "status": Query.Status.ACTIVE} | values)
        return made

    def segment(self, name: str = "Low scores", at_most: int = 10) -> Segment:
        return self.office.segment(name, Operator.AT_MOST, str(at_most))

    def draft(self, *objects: Query | Segment, **values: Any) -> OrchestrationDraft:
        sent = objects or (self.query(),)
        kind = "query" if isinstance(sent[0], Query) else "segment"
        usual: dict[str, Any] = {
            "name": f"Send {sent[0]}",
            "objects": sent,
            "object_type": kind,
            "data_template": self.template,
            "list_name": "Muster {{ object_name }}",
        }
        return OrchestrationDraft(**usual | values)

    def orchestration(self, *objects: Query | Segment, **values: Any) -> Orchestration:
        return create_orchestration(draft=self.draft(*objects, **values), actor=self.person)

    def run(self, orchestration: Orchestration, scope: Scope = Scope.FULL) -> RunReport:
        """A person's run, to its end, in this process."""
        run = running.run_now(orchestration=orchestration, actor=self.person, scope=scope)
        return finish(run)

    def add_customers(self, *numbers: int) -> None:
        for name in ("Merged_Customers", "Customer360"):
            fill(Table.objects.get(name=name), numbers)


def finish(run: OrchestrationRun) -> RunReport:
    running.begin(run.pk)
    run_due_work()
    return report_of(run)


def report_of(run: OrchestrationRun) -> RunReport:
    """As somebody sees it to whom all is open."""
    everything = Access(membership=None, is_superuser=True)
    return RunReport(OrchestrationRun.objects.whole().get(pk=run.pk), everything)
