"""What the demo prints: a send's progress, what arrived, where to continue."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from campaigns.runs.reports import RunReport
from demo import people
from demo.stage import HARBOUR_COFFEE, ONLINE_RETAIL
from destinations.delivery import files
from destinations.delivery.advice import explain
from destinations.delivery.outcomes import Status

if TYPE_CHECKING:
    from campaigns.models import CampaignRun
    from demo.processes import Addresses
    from destinations.delivery.models import Delivery


def progress(run: CampaignRun) -> str:
    """One line that changes as the run progresses."""
    rows = [row for row in RunReport(run).rows if row.sent]
    if not rows:
        return "Preparing campaign recipients"
    row = rows[0]
    done = f", {row.progress.done:,} of {row.progress.total:,} rows" if row.progress else ""
    return f"{row.group}: {row.status}{done}"


def what_arrived(run: CampaignRun, delivery: Delivery) -> str:
    counts = delivery.tally
    figures = {
        "Customers in the audience": run.audience_count,
        "Control group, never sent": run.control_count,
        "Contacts found": counts.delivered,
        "Added to the list": counts.added,
        "Already on the list": counts.unchanged,
        "Not found": counts.not_found,
        "Same address as another": counts.duplicate,
        "Failed": counts.failed,
        "Invalid": counts.invalid,
    }
    lines = [f"{figure:>7,}  {label}" for label, figure in figures.items() if figure]
    lines += [f"{count:>14,}  {words}" for words, count in _reasons(delivery)]
    return "\n".join([f"“{run.campaign}” was sent: {delivery.get_status_display()}", *lines])


def where_to_go(addresses: Addresses) -> str:
    sign_ins = [f"  {part.email:<26}{part.described}" for part in people.CAST]
    return "\n".join(
        [
            f"Muster    {addresses.web}   ({ONLINE_RETAIL.name}, and {HARBOUR_COFFEE.name} as a second tenant)",
            f"Sandbox   {addresses.sandbox}   (in place of HubSpot: its contacts, lists and calls)",
            f"Sign in with the password {people.PASSWORD} as",
            *sign_ins,
        ]
    )


def _reasons(delivery: Delivery) -> list[tuple[str, int]]:
    """Why addresses were invalid, the most frequent reason first."""
    rows = pq.read_table(files.path_of(delivery.outcomes_file), columns=["status", "reason"]).to_pylist()
    found = Counter(row["reason"] for row in rows if row["status"] == Status.INVALID)
    return [(explain(reason).what, count) for reason, count in found.most_common()]
