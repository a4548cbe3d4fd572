"""Over many runs and edits, whoever was kept back is sent to only after a yes that named their sub-audience."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import condition

from campaigns.audience import assignment, controls
from campaigns.audience.expressions import Part
from campaigns.audience.lowering import lowered_since
from campaigns.audience.planning import division_of
from campaigns.drafts import GroupDraft, SubAudienceDraft
from customer360.engine import DuckDBEngine
from tests.campaigns.test_assignment import KEY, Assigned, audience, position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.audience.lowering import Lowered

Rows: TypeAlias = "list[tuple[int, int, int]]"

CUSTOMERS = range(120)
RESIDUES = 6
"""A sub-audience has the customers whose key has one of its remainders by this."""
CONTROLS = st.sampled_from([0, 10, 40, 80])
CHOSEN = st.frozensets(st.integers(0, RESIDUES - 1), max_size=4)


@dataclass(frozen=True)
class Planned:
    """A campaign as it is saved: sub-audiences in order, and whom each of them takes."""

    parts: tuple[SubAudienceDraft, ...] = ()
    takes: Mapping[int, frozenset[int]] = field(default_factory=dict)
    first_match_only: bool = True

    def rows(self, assigned: Assigned, recorded: Rows) -> Rows:
        """A run, with what earlier ones have recorded."""
        if not self.parts:
            return []
        divisions = [division_of(part) for part in self.parts]
        parts = (Part(each, condition(_condition(self.takes[each.sub_audience_id]))) for each in divisions)
        wanted = audience(*parts, first_match_only=self.first_match_only)
        memory = controls.memory(7, divisions) if recorded else None
        return assigned(replace(wanted, memory=memory), CUSTOMERS, recorded=recorded)


def _condition(residues: frozenset[int]) -> str:
    named = ", ".join(map(str, sorted(residues)))
    return f"customer_id % {RESIDUES} IN ({named})" if residues else "FALSE"


def sub_audience(number: int, control: int) -> SubAudienceDraft:
    """Two treatments; groups below 0 are controls."""
    half = Decimal(100 - control) / 2
    groups = [GroupDraft("One", half, id=2 * number), GroupDraft("Two", half, id=2 * number + 1)]
    if control:
        groups.append(GroupDraft("Control", Decimal(control), is_control=True, id=-number))
    return SubAudienceDraft(tuple(groups), name=f"Part {number}", id=number)


@st.composite
def edited(draw: st.DrawFn, was: Planned) -> Planned:
    """Removed, added, added again with another id, moved, other shares, other customers, first match on or off."""
    numbers = [part.id or 0 for part in was.parts]
    last = max([*was.takes, 0])
    kept = [number for number in numbers if draw(st.integers(0, 3))]
    added = [last + place for place in range(1, 1 + draw(st.integers(0 if kept else 1, 2)))]
    order = draw(st.permutations([*kept, *added]))
    takes = dict(was.takes) | {number: draw(CHOSEN) for number in order}
    same = {part.id: part for part in was.parts if draw(st.booleans())}
    parts = tuple(same.get(number) or sub_audience(number, draw(CONTROLS)) for number in order)
    return Planned(parts, takes, first_match_only=draw(st.booleans()))


def without(held: set[tuple[int, int]], named: list[Lowered]) -> set[tuple[int, int]]:
    """What is left of customers and the sub-audiences that keep them back, after a yes to what was asked."""
    let_go = {each.sub_audience: int(each.after * assignment.POSITIONS / 100) for each in named}
    return {
        (customer, part)
        for customer, part in held
        if position(KEY, customer) < let_go.get(f"Part {part}", assignment.POSITIONS)
    }


@pytest.fixture(scope="module")
def assigned(tmp_path_factory: pytest.TempPathFactory) -> Assigned:
    return Assigned(DuckDBEngine(tmp_path_factory.mktemp("controls")))


@pytest.mark.long
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_earlier_control_is_sent_to_without_a_yes_that_names_their_sub_audience(
    assigned: Assigned, data: st.DataObject
) -> None:
    saved, sent = Planned(), Planned()
    recorded: Rows = []
    held: set[tuple[int, int]] = set()
    for _ in range(data.draw(st.integers(2, 4), label="runs")):
        for _ in range(data.draw(st.integers(1, 2), label="edits")):
            wanted = data.draw(edited(saved))
            asked = lowered_since(sent.parts, saved.parts, wanted.parts)
            if asked and not data.draw(st.booleans(), label="yes"):
                continue
            held, saved = without(held, asked), wanted
        rows = saved.rows(assigned, recorded)
        treated = {customer for customer, _, group in rows if group > 0}
        kept_back = {(customer, part) for customer, part, group in rows if group < 0}
        assert not treated & {customer for customer, _ in held | kept_back}
        recorded, held, sent = recorded + rows, held | kept_back, saved
        assert sorted(saved.rows(assigned, recorded)) == sorted(rows)


def test_a_sub_audience_that_is_removed_and_added_again_is_named_as_removed() -> None:
    before, again = sub_audience(1, 20), replace(sub_audience(2, 20), name="Part 1")
    (asked,) = lowered_since([before], [before], [again])
    assert asked.is_removed
    assert "“Part 1” was already sent and is now removed, with its control group of 20\xa0%" in asked.question
    assert str(asked).endswith("20 % → 0 % (removed)")
    assert "goes from" in lowered_since([before], [before], [sub_audience(1, 0)])[0].question
