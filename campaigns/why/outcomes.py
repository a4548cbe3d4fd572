"""What happened to one customer at each destination of their group, or would happen now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
from django.urls import reverse
from sqlglot import exp

from campaigns.audience import planning
from campaigns.audience.framing import current_frame
from campaigns.models import Campaign, GroupDestination, RunDelivery
from campaigns.runs import deliveries, selection
from campaigns.runs.attempts import attempts
from customer360 import catalog
from customer360.interactive import open_interactive
from destinations import sending
from destinations.delivery import files, shape
from destinations.delivery.advice import explain
from destinations.delivery.models import Delivery, Target
from destinations.delivery.reports import ReportRow, Rows
from destinations.models import DataTemplate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from accounts.access import Access
    from campaigns.models import CampaignRun


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status` is a word for a badge; `words` and `todo` say why and what to do about it."""

    destination: str
    status: str
    words: str = ""
    todo: str = ""
    report_url: str = ""


def of_run(run: CampaignRun, group_id: int, key: str, access: Access) -> Iterator[Outcome]:
    """From the reports of the run's deliveries that the reader may see."""
    sent = RunDelivery.objects.filter(run_group__run=run, run_group__group=group_id).select_related("delivery")
    visible = Delivery.objects.visible_to(access)
    for each in sent.filter(delivery__in=visible.values("pk")):
        yield from _reported(each, key, restricted=access.restricted_pii)


def expected(group_id: int, key: str, versions: Mapping[str, int], access: Access) -> Iterator[Outcome]:
    """What a send would do with the customer now, at each destination of the group that the reader may see."""
    seen = GroupDestination.objects.filter(data_template__in=DataTemplate.objects.visible_to(access))
    for destination in seen.filter(group=group_id).select_related(
        "group__campaign", "group__sub_audience", "data_template__destination__credential"
    ):
        yield _expected(destination, key, versions)


def _reported(sent: RunDelivery, key: str, *, restricted: bool) -> Iterator[Outcome]:
    """From the last attempt whose report has the customer: a retry has only those who had failed."""
    first, *retries = attempts(sent.delivery)
    if not first.outcomes_file:
        yield Outcome(sent.destination_name, first.get_status_display(), report_url=_report(first))
        return
    for delivery in (*reversed(retries), first):
        rows = _named(delivery, key, restricted=restricted)
        for row in rows:
            status = row.status.replace("_", " ").capitalize()
            words = "" if row.what == f"{status}." else row.what
            yield Outcome(sent.destination_name, status, words, row.todo, _report(delivery))
        if rows:
            return
    words = "The report does not name this customer."
    yield Outcome(sent.destination_name, "Not sent", words, report_url=_report(first))


def _named(delivery: Delivery, key: str, *, restricted: bool) -> list[ReportRow]:
    """The customer's rows in the report, if there is one."""
    if not delivery.outcomes_file:
        return []
    return [row for row in Rows(delivery, restricted=restricted).find(key) if row.key in {key, None}]


def _report(delivery: Delivery) -> str:
    return reverse("delivery", args=[delivery.pk])


def _expected(destination: GroupDestination, key: str, versions: Mapping[str, int]) -> Outcome:
    template = destination.data_template
    name = f"{template.destination} · {template}"
    reasons = _verdicts(destination, key, versions)
    if not reasons:
        return Outcome(name, "Not sent", f"{selection.PROFILES} has no row for this customer.")
    (reason,) = reasons
    if reason is not None:
        said = explain(str(reason))
        return Outcome(name, "Held back", said.what, said.todo)
    if _was_sent(destination, key):
        return Outcome(name, "Unchanged", "They were sent before; what has changed since is updated.")
    return Outcome(name, "Add", "They would be added, if the destination has their address.")


def _verdicts(destination: GroupDestination, key: str, versions: Mapping[str, int]) -> list[object]:
    """Why the customer's row would be held back, or None; empty for a customer without a row."""
    campaign = Campaign.objects.whole().get(groups__destinations=destination)
    audience = planning.audience_of_campaign(campaign, current_frame())
    controls = audience.keys_in(audience.control_groups)
    chosen = selection.of_group(destination, exp.select(exp.Literal.string(key)), controls)
    sent = chosen.spec(versions={}, label="")
    rows = shape.shaped(sent, deliveries.mapping_of(destination)).subquery("shaped")
    read = {table.name for table in chosen.query.find_all(exp.Table)}
    relations = catalog.pinned_relations({name: version for name, version in versions.items() if name in read})
    with open_interactive(relations) as session:
        return [reason for (reason,) in session.rows(exp.select("reason").from_(rows), limit=1)]


def _was_sent(destination: GroupDestination, key: str) -> bool:
    account = sending.connector_settings(destination.data_template.destination).account
    target = Target.objects.filter(
        owner_kind=deliveries.OWNER, owner_id=destination.pk, kind=account.kind, account=account.account
    ).first()
    if target is None or not target.ledger_file:
        return False
    ledger = ds.dataset(files.path_of(target.ledger_file))
    return bool(ledger.count_rows(filter=ds.field("key") == key))
