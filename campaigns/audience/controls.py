"""Controls stay controls: no later run of a campaign sends to customers that an earlier run held back.

By the keyed hash alone, controls stay controls only while they are in the same sub-audience: those who move to
one with a smaller control group would be sent to. So runs remember them: a customer who was a control of a
sub-audience stays its control while its share still covers their position, wherever they match now. Only lowering
the share releases them, and a person has to confirm that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from campaigns.audience import assignment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from campaigns.audience.assignment import Division

CUSTOMER, HELD_IN, HELD_BELOW = "customer", "held_in", "held_below"
RECIPIENTS = "Campaign_Recipients"


def memory(campaign_id: int, divisions: Sequence[Division]) -> exp.Select | None:
    """Earlier controls of the campaign: the customer as text, the sub-audience that holds them, and its bound.

    It reads `Campaign_Recipients`. None when all sub-audiences hold back the same share: then the hash suffices.
    """
    bounds = {division.sub_audience_id: division.control_bound for division in divisions}
    if len(set(bounds.values())) < 2:  # noqa: PLR2004 - one bound for all
        return None
    kept = exp.select(
        _column("customer_id").as_(CUSTOMER), _column("sub_audience_id"), _bound(bounds).as_("bound")
    ).from_(exp.to_table(RECIPIENTS, quoted=True))
    kept = kept.where(_column("campaign_id").eq(exp.Literal.number(campaign_id)), _column("is_control"))
    held_in = exp.ArgMax(this=_column("sub_audience_id"), expression=_column("bound"))
    return (
        exp.select(_column(CUSTOMER), held_in.as_(HELD_IN), exp.Max(this=_column("bound")).as_(HELD_BELOW))
        .from_(kept.subquery("kept"))
        .group_by(_column(CUSTOMER))
    )


def _bound(bounds: Mapping[int, int]) -> exp.Expr:
    """Where the control group of a row's sub-audience ends now; NULL for one that no longer exists."""
    case = exp.Case(this=_column("sub_audience_id"))
    for sub_audience, bound in bounds.items():
        case = case.when(exp.Literal.number(sub_audience), exp.Literal.string(assignment.bound(bound)))
    return case


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
