"""What a person does next about a delivery that failed or waits: one sentence for each code there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.holds import explain_hold
from destinations.delivery.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

AFTER_ERRORS: Mapping[str, str] = {
    "authorisation": "Ask an operator to authorise the credential again, then send again.",
    "configuration": "Ask an operator to look at the destination and its data template, then send again.",
    "refused": "Ask an operator to look at the mapping of the data template, then send again.",
    "unavailable": "Send again later: what has arrived is known and is not sent twice.",
    "data": "Look at the query or segment and at the tables that it reads, then send again.",
    "internal": "Ask an operator to look at the log. What has arrived is accounted for.",
}
AFTER_HOLDS: Mapping[str, str] = {
    "empty_audience": "Look at the query or segment first. If it is meant to be empty, let the delivery go on.",
    "large_change": "Look at what would change, then let the delivery go on or stop it.",
    "many_removals": "Look at who would be removed, then let the delivery go on or stop it.",
    "too_many_calls": "Wait for tomorrow's calls, or let it go on and be continued then.",
    "target_taken": "Choose another name for one of the lists.",
}


def told(delivery: Delivery) -> str:
    """What happened and what to do, for somebody who knows nothing of how it works; empty when all is well."""
    if delivery.status == Delivery.Status.HELD:
        reasons = [explain_hold(reason) for reason in delivery.held_for]
        return " ".join([*reasons, *(AFTER_HOLDS[str(reason["code"])] for reason in delivery.held_for)])
    if not delivery.error_code:
        return ""
    return f"{delivery.error} {AFTER_ERRORS[delivery.error_code]}"
