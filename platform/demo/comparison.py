"""Whether the sandbox's list holds exactly the intended customers, and the product's own account agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.models import CampaignRun
    from demo.expectation import Expected
    from destinations.delivery.outcomes import Counts

SECONDS = 30
SHOWN = 5


def differences(
    run: CampaignRun, counts: Counts, expected: Expected, *, sandbox: str, list_name: str
) -> list[str]:
    """What differs, in plain words; nothing when all is as intended."""
    state = requests.get(f"{sandbox}/_sandbox/state", timeout=SECONDS).json()
    return [*_of_members(state, expected, list_name), *_of_counts(run, counts, expected)]


def _of_members(state: dict[str, Any], expected: Expected, list_name: str) -> Iterator[str]:
    if list_name not in state["lists"]:
        yield f"the sandbox has no list “{list_name}”"
        return
    actual, meant = set(state["lists"][list_name]["members"]), expected.members(state["contacts"])
    for label, customers in (
        ("missing from the list", meant - actual),
        ("on the list by mistake", actual - meant),
    ):
        if customers:
            yield f"{len(customers):,} {label}, such as {', '.join(sorted(customers)[:SHOWN])}"


def _of_counts(run: CampaignRun, counts: Counts, expected: Expected) -> Iterator[str]:
    treated = expected.audience - expected.controls
    for label, actual, meant in (
        ("customers in the audience", run.audience_count, expected.audience),
        ("controls", run.control_count, expected.controls),
        ("rows of the delivery", counts.audience, treated),
        ("rows held back", counts.invalid, expected.held_back),
        ("failed rows", counts.failed, 0),
    ):
        if actual != meant:
            yield f"{label}: {actual}, not {meant}"
    if not counts.agree:
        yield "the delivery's outcomes do not add up to its audience"
