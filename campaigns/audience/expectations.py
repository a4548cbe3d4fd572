"""Groups that are expected to be empty: people are warned before they save a campaign, not after the send."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from campaigns.audience.assignment import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campaigns.audience.counting import Summary
    from campaigns.drafts import GroupDraft, SubAudienceDraft


@dataclass(frozen=True, slots=True)
class EmptyGroup:
    """`customers` counts the sub-audience now, `expected` is the group's share of them."""

    sub_audience: str
    group: str
    is_control: bool
    customers: int
    expected: Decimal

    @property
    def warning(self) -> str:
        kind = "control group" if self.is_control else "treatment"
        if not self.customers:
            return f"Nobody is in “{self.sub_audience}” now, so the {kind} “{self.group}” would be empty."
        if self.expected >= 1:
            of_these = f"the {self.customers:,} customers in “{self.sub_audience}”"
            return f"None of {of_these} is in the {kind} “{self.group}” now."
        return (
            f"The {kind} “{self.group}” is expected to be empty: its share of the {self.customers:,} customers in "
            f"“{self.sub_audience}” is {self.expected.normalize():f}."
        )


def empty_groups(summary: Summary) -> list[EmptyGroup]:
    """The groups of the counted draft that are empty now, or whose share is less than one customer."""
    return [empty for part in summary.draft.sub_audiences for empty in _empty_groups(summary, part)]


def _empty_groups(summary: Summary, part: SubAudienceDraft) -> Iterator[EmptyGroup]:
    customers = sum(map(summary.size, part.groups))
    for group in part.groups:
        expected = _expected(customers, group)
        if group.percent and (expected < 1 or not summary.size(group)):
            yield EmptyGroup(part.name, group.name, group.is_control, customers, expected)


def _expected(customers: int, group: GroupDraft) -> Decimal:
    return (customers * group.percent / WHOLE).quantize(Decimal("0.01"))
