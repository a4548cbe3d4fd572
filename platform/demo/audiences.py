"""The segments of the demo tenants: what a marketer of a shop would ask for, in every kind of condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segments.models import Segment
from segments.operators import Operator
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Group,
    Join,
    Measure,
    MembershipCondition,
    RelativeDate,
    Rules,
    Section,
    Unit,
    Window,
)
from segments.services import activate_segment, create_segment

if TYPE_CHECKING:
    from accounts.models import User
    from segments.rules import Condition, Value

LAPSED, HIGH_VALUE, NO_CONSENT = "Lapsed 90 days", "High value", "No e-mail consent"
A_YEAR = Window(last=1, unit=Unit.YEARS)


@dataclass(frozen=True, slots=True)
class Audience:
    """Customers who meet all conditions and are in all of the other segments, but in none of the excluded ones."""

    name: str
    description: str
    conditions: tuple[Condition, ...] = ()
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    is_active: bool = True

    def rules(self) -> Rules:
        """Uses the segments that exist so far."""
        ids: dict[str, int] = dict(Segment.objects.values_list("name", "pk"))
        within = [MembershipCondition(segment=ids[name]) for name in self.within]
        without = [MembershipCondition(segment=ids[name]) for name in self.without]
        return Rules(include=_group(Join.ALL, *self.conditions, *within), exclude=_group(Join.ANY, *without))


def _group(join: Join, *conditions: Condition) -> Group:
    return Group(join=join, sections=(Section(join=join, conditions=conditions),) if conditions else ())


def _is(attribute: str, operator: Operator, *values: Value) -> Condition:
    return AttributeCondition(attribute=attribute, operator=operator, values=values)


def _bought(measure: Measure, column: str | None, operator: Operator, value: str) -> Condition:
    return AggregateCondition(
        table="Orders", measure=measure, column=column, window=A_YEAR, operator=operator, values=(value,)
    )


AUDIENCES = (
    Audience(
        LAPSED,
        "Their last order is more than 90 days ago",
        (_is("last_order", Operator.BEFORE, RelativeDate(ago=90)),),
    ),
    Audience(HIGH_VALUE, "Have spent 1,000 or more", (_is("value", Operator.AT_LEAST, "1000"),)),
    Audience(NO_CONSENT, "Have not agreed to e-mail", (_is("accepts_email", Operator.IS_FALSE),)),
    Audience(
        "New customers",
        "First bought in the last 30 days",
        (_is("first_order", Operator.ON_OR_AFTER, RelativeDate(ago=30)),),
    ),
    Audience(
        "Regulars of the year",
        "At least six orders within the last year",
        (_bought(Measure.COUNT, None, Operator.AT_LEAST, "6"),),
    ),
    Audience(
        "Win back first",
        "Were worth a lot, have not come back, and may be written to",
        within=(LAPSED, HIGH_VALUE),
        without=(NO_CONSENT,),
    ),
    Audience(
        "Large baskets on the continent",
        "A draft: spend a lot at a time in Germany, France, Spain or Belgium",
        (
            _is("country", Operator.IN_LIST, "Germany", "France", "Spain", "Belgium"),
            _bought(Measure.AVERAGE, "value", Operator.GREATER, "400"),
        ),
        is_active=False,
    ),
)


def make_segments(actor: User) -> None:
    """Existing ones stay; later ones may ask about earlier ones."""
    for audience in AUDIENCES:
        segment = Segment.objects.filter(name=audience.name).first() or create_segment(
            name=audience.name, description=audience.description, rules=audience.rules(), actor=actor
        )
        if audience.is_active and segment.status == Segment.Status.DRAFT:
            activate_segment(segment=segment, actor=actor)
