"""How old the data behind a number is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from customer360 import catalog
from runtime import clock
from segments.nesting import asked_about
from segments.rules import AggregateCondition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from segments.rules import Rules


@dataclass(frozen=True, slots=True)
class Freshness:
    """When something was counted, and the age of the customers' data.

    `others` has the age of each further table that was used, such as orders.
    """

    counted_at: datetime
    data_of: datetime
    others: Mapping[str, datetime] = field(default_factory=dict)


def freshness(versions: Mapping[str, int], asked: Iterable[str]) -> Freshness:
    """For a count just made on these versions of the tables; `asked` are those it used besides the customers."""
    ages = catalog.data_of_each({name: versions[name] for name in sorted(set(asked)) if name in versions})
    return Freshness(clock.now(), catalog.data_of(versions), ages)


def tables_asked(rules: Rules, segments: Mapping[int, Rules]) -> set[str]:
    """The tables whose rows decide who matches, directly or through other segments."""
    others = [segments[each] for each in asked_about(rules.segments, segments) if each in segments]
    conditions = [condition for each in [rules, *others] for condition in each.conditions]
    return {each.table for each in conditions if isinstance(each, AggregateCondition)}
