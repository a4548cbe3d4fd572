"""The groups of a campaign as a table: before a send, by sub-audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.charts import Branch, Group, colours

if TYPE_CHECKING:
    from decimal import Decimal

    from campaigns.audience.counting import Summary
    from campaigns.models import Campaign, SubAudience, TreatmentGroup
    from campaigns.openness import Names


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its colour in the picture; `customers` is None when they could not be counted."""

    group: TreatmentGroup
    colour: str
    customers: int | None
    names: Names

    @property
    def share(self) -> Decimal:
        return self.group.percent / 100

    @property
    def destinations(self) -> list[str]:
        return [self.names.place(each.data_template) for each in self.group.destinations.all()]

    @property
    def attributes(self) -> str:
        """The attributes sent, by the destination's names for them."""
        open_to_them = (
            each for each in self.group.destinations.all() if each.data_template_id in self.names.open_ids
        )
        sent = [attribute.destination_attribute for each in open_to_them for attribute in each.sent_attributes]
        return ", ".join(dict.fromkeys(sent))


@dataclass(frozen=True, slots=True)
class PartRows:
    name: str
    customers: int | None
    rows: tuple[GroupRow, ...]


def parts_of(campaign: Campaign, summary: Summary | None, names: Names) -> list[PartRows]:
    """The groups by sub-audience, with destinations named as the reader may know them."""
    sub_audiences = list(campaign.sub_audiences.all())
    palette = colours([_branch(each) for each in sub_audiences])
    return [_part(each, css, summary, names) for each, css in zip(sub_audiences, palette, strict=True)]


def _part(sub_audience: SubAudience, css: list[str], summary: Summary | None, names: Names) -> PartRows:
    rows = tuple(
        GroupRow(group, colour, summary.counts.sizes.get(group.pk, 0) if summary else None, names)
        for group, colour in zip(sub_audience.groups.all(), css, strict=True)
    )
    customers = sum(row.customers or 0 for row in rows) if summary else None
    return PartRows(sub_audience.name, customers, rows)


def _branch(sub_audience: SubAudience) -> Branch:
    groups = tuple(Group(group.name, 0, group.is_control) for group in sub_audience.groups.all())
    return Branch(sub_audience.name, 0, groups)
