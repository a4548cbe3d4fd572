"""Who is in which group: stable, even, and never both control and sent to."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from sqlglot import condition, exp

from campaigns.audience import controls
from campaigns.audience.assignment import Division, Share
from campaigns.audience.expressions import Audience, Part
from customer360.engine import INTERACTIVE, ArrowRelation, DuckDBEngine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KEY = "0123456789abcdef0123456789abcdef"
TREATMENT, CONTROL = 1, 2
HALVES = Division(10, (Share(TREATMENT, Decimal(90)), Share(CONTROL, Decimal(10), is_control=True)))


def audience(*parts: Part, key: str = KEY, included: str = "TRUE", first_match_only: bool = True) -> Audience:
    return Audience(
        profile="Customer360",
        key="customer_id",
        assignment_key=key,
        included=condition(included),
        excluded=exp.false(),
        parts=parts or (Part(HALVES),),
        first_match_only=first_match_only,
    )


@pytest.fixture
def assigned(tmp_path: Path) -> Assigned:
    return Assigned(DuckDBEngine(tmp_path))


class Assigned:
    """Rows of customer, sub-audience and group, by the engine."""

    def __init__(self, engine: DuckDBEngine) -> None:
        self._engine = engine

    def __call__(
        self, wanted: Audience, customers: range, *, recorded: Sequence[tuple[int, int, int]] = ()
    ) -> list[tuple[int, int, int]]:
        """`recorded` are such rows of an earlier run of campaign 7, in which groups below 0 are controls."""
        relations = {
            "Customer360": ArrowRelation(pa.table({"customer_id": pa.array(customers)})),
            "Campaign_Recipients": ArrowRelation(_recipients(recorded)),
        }
        with self._engine.open_session(relations, limits=INTERACTIVE) as session:
            return session.rows(wanted.assigned())  # type: ignore[return-value]  # three whole numbers

    def people(self, wanted: Audience, customers: range, recorded: Sequence[tuple[int, int, int]]) -> object:
        relations = {
            "Customer360": ArrowRelation(pa.table({"customer_id": pa.array(customers)})),
            "Campaign_Recipients": ArrowRelation(_recipients(recorded)),
        }
        with self._engine.open_session(relations, limits=INTERACTIVE) as session:
            return session.one(wanted.people())

    def groups(self, wanted: Audience, customers: range) -> dict[int, int]:
        return {customer: group for customer, _, group in self(wanted, customers)}


def _recipients(rows: Sequence[tuple[int, int, int]]) -> pa.Table:
    columns = {
        "customer_id": pa.array([str(customer) for customer, _, _ in rows], pa.string()),
        "campaign_id": pa.array([7] * len(rows), pa.int64()),
        "sub_audience_id": pa.array([sub_audience for _, sub_audience, _ in rows], pa.int64()),
        "is_control": pa.array([group < 0 for _, _, group in rows], pa.bool_()),
    }
    return pa.table(columns)


def position(key: str, customer: int) -> int:
    """The rule in plain Python: the first 60 bits of an MD5 as a share of all that they can be, in millionths."""
    return int(hashlib.md5(f"{key}:{customer}".encode()).hexdigest()[:15], 16) * 1_000_000 >> 60  # noqa: S324 not for secrecy


def test_the_engine_places_customers_by_the_rule_in_plain_python(assigned: Assigned) -> None:
    customers = range(1000, 1400)
    expected = {customer: CONTROL if position(KEY, customer) < 100_000 else TREATMENT for customer in customers}
    assert assigned.groups(audience(), customers) == expected


def test_a_customer_stays_in_the_same_group_when_the_audience_grows_and_shrinks(assigned: Assigned) -> None:
    everyone = assigned.groups(audience(), range(20_000))
    some = assigned.groups(audience(included="customer_id % 7 = 3"), range(20_000))
    assert some == {customer: group for customer, group in everyone.items() if customer % 7 == 3}


@pytest.mark.parametrize("percents", [(90, 10), (50, 50), (45, 45, 10), (99, 1), (20, 20, 20, 20, 20)])
def test_groups_have_the_size_that_their_share_promises(assigned: Assigned, percents: tuple[int, ...]) -> None:
    """A chi-squared test at one in a million, so that it fails for a real bias and not by bad luck."""
    critical = {1: 23.93, 2: 27.63, 4: 33.38}  # of 1, 2 and 4 degrees of freedom at 0.999999
    customers = range(100_000)
    shares = tuple(Share(number, Decimal(percent)) for number, percent in enumerate(percents))
    sizes = Counter(assigned.groups(audience(Part(Division(10, shares))), customers).values())
    expected = [len(customers) * percent / 100 for percent in percents]
    statistic = sum((sizes[number] - size) ** 2 / size for number, size in enumerate(expected))
    assert statistic < critical[len(percents) - 1]


def test_two_campaigns_divide_customers_independently(assigned: Assigned) -> None:
    customers = range(100_000)
    one = assigned.groups(audience(), customers)
    other = assigned.groups(audience(key="f" * 32), customers)
    both = sum(one[customer] == other[customer] == CONTROL for customer in customers)
    # Of 100,000 customers 1 % should be controls of both: 1,000, with a standard deviation of about 31.
    assert abs(both - 1000) < 5 * 31.5


def test_the_control_grows_and_shrinks_at_the_same_end(assigned: Assigned) -> None:
    def controls(percent: int) -> set[int]:
        shares = (Share(TREATMENT, Decimal(100 - percent)), Share(CONTROL, Decimal(percent), is_control=True))
        groups = assigned.groups(audience(Part(Division(10, shares))), range(10_000))
        return {customer for customer, group in groups.items() if group == CONTROL}

    assert controls(5) < controls(10) < controls(20)


def test_a_customer_goes_to_the_first_sub_audience_that_matches(assigned: Assigned) -> None:
    even = Part(Division(10, (Share(1, Decimal(100)),)), condition("customer_id % 2 = 0"))
    third = Part(Division(20, (Share(2, Decimal(100)),)), condition("customer_id % 3 = 0"))
    rest = Part(Division(30, (Share(3, Decimal(100)),)))
    found = {
        customer: sub_audience for customer, sub_audience, _ in assigned(audience(even, third, rest), range(12))
    }
    assert found == {n: 10 if n % 2 == 0 else 20 if n % 3 == 0 else 30 for n in range(12)}


def test_without_remaining_recipients_the_others_are_left_out(assigned: Assigned) -> None:
    even = Part(Division(10, (Share(1, Decimal(100)),)), condition("customer_id % 2 = 0"))
    assert {customer for customer, _, _ in assigned(audience(even), range(10))} == {0, 2, 4, 6, 8}


def test_a_condition_that_is_unknown_does_not_match(assigned: Assigned) -> None:
    unknown = Part(Division(10, (Share(1, Decimal(100)),)), condition("NULLIF(customer_id, 1) > 0"))
    rest = Part(Division(20, (Share(2, Decimal(100)),)))
    assert assigned.groups(audience(unknown, rest), range(1, 3)) == {1: 2, 2: 1}


def test_a_control_of_any_sub_audience_is_in_no_treatment(assigned: Assigned) -> None:
    few = (Share(1, Decimal(95)), Share(2, Decimal(5), is_control=True))
    many = (Share(3, Decimal(70)), Share(4, Decimal(30), is_control=True))
    even = Part(Division(10, few), condition("customer_id % 2 = 0"))
    third = Part(Division(20, many), condition("customer_id % 3 = 0"))
    rows = assigned(audience(even, third, first_match_only=False), range(6000))
    controls = {customer for customer, _, group in rows if group in {2, 4}}
    treated = {customer for customer, _, group in rows if group in {1, 3}}
    assert controls
    assert treated
    assert not controls & treated
    assert {sub_audience for customer, sub_audience, _ in rows if customer in treated and customer % 6 == 0} == {
        10,
        20,
    }


def test_every_customer_is_assigned_once_with_first_match_only(assigned: Assigned) -> None:
    even = Part(HALVES, condition("customer_id % 2 = 0"))
    rest = Part(Division(20, (Share(3, Decimal(100)),)))
    rows = assigned(audience(even, rest), range(5000))
    assert sorted(customer for customer, _, _ in rows) == list(range(5000))


# Sub-audience 10 keeps 5 % back as group -1, sub-audience 20 keeps 30 % back as group -2.
FEW = Division(10, (Share(1, Decimal(95)), Share(-1, Decimal(5), is_control=True)))
MANY = Division(20, (Share(2, Decimal(70)), Share(-2, Decimal(30), is_control=True)))


def remembering(first: str, *, few: Division = FEW, many: Division = MANY, once: bool = True) -> Audience:
    """Whoever matches `first` is in the sub-audience with few controls, the others are in that with many."""
    parts = (Part(few, condition(first)), Part(many) if once else Part(many, exp.true()))
    return replace(audience(*parts, first_match_only=once), memory=controls.memory(7, [few, many]))


def test_customers_in_several_sub_audiences_count_once_and_earlier_controls_with_them(assigned: Assigned) -> None:
    customers = range(3000)
    recorded = assigned(remembering("customer_id < 0"), customers)
    parts = Part(FEW, condition("customer_id % 2 = 0")), Part(MANY, condition("customer_id % 3 = 0"))
    now = replace(audience(*parts, first_match_only=False), memory=controls.memory(7, [FEW, MANY]))
    rows = assigned(now, customers, recorded=recorded)
    everybody, kept_back = {row[0] for row in rows}, {customer for customer, _, group in rows if group < 0}
    assert len(everybody) < len(rows)
    assert assigned.people(now, customers, recorded) == (len(everybody), len(kept_back))


@pytest.mark.parametrize("once", [True, False], ids=["first match only", "every match"])
def test_a_control_who_moves_to_another_sub_audience_stays_a_control(assigned: Assigned, *, once: bool) -> None:
    customers = range(4000)
    before = assigned(remembering("customer_id < 0", once=once), customers)
    held = {customer for customer, _, group in before if group < 0}
    after = assigned(remembering("customer_id % 2 = 0", once=once), customers, recorded=before)
    treated = {customer for customer, _, group in after if group > 0}
    assert len(held) > 1000
    assert not held & treated
    assert {customer for customer, _, group in after if group < 0} == held
    assert {customer for customer, _, _ in after} == set(customers)


def test_without_a_record_those_who_move_go_by_the_share_of_where_they_are(assigned: Assigned) -> None:
    few = {customer for customer, _, group in assigned(remembering("TRUE"), range(4000)) if group < 0}
    assert few == {customer for customer in range(4000) if position(KEY, customer) < 50_000}


def test_lowering_the_share_lets_go_whom_it_no_longer_covers(assigned: Assigned) -> None:
    lower = Division(20, (Share(2, Decimal(90)), Share(-2, Decimal(10), is_control=True)))
    before = assigned(remembering("FALSE"), range(4000))
    after = assigned(remembering("TRUE", many=lower), range(4000), recorded=before)
    kept_back = {customer for customer, _, group in after if group < 0}
    assert kept_back == {customer for customer in range(4000) if position(KEY, customer) < 100_000}


def test_an_earlier_control_who_is_in_no_sub_audience_now_is_not_in_the_run(assigned: Assigned) -> None:
    before = assigned(remembering("FALSE"), range(1000))
    parts = (Part(FEW, condition("customer_id < 500")), Part(MANY, exp.false()))
    now = replace(audience(*parts), memory=controls.memory(7, [FEW, MANY]))
    assert {customer for customer, _, _ in assigned(now, range(1000), recorded=before)} == set(range(500))


def test_equal_shares_need_no_memory() -> None:
    assert controls.memory(7, [HALVES, replace(HALVES, sub_audience_id=11)]) is None


@pytest.mark.parametrize("shares", [(), (Share(1, Decimal(90)),), (Share(1, Decimal(60)), Share(2, Decimal(50)))])
def test_shares_that_do_not_add_up_are_refused(shares: tuple[Share, ...]) -> None:
    with pytest.raises(ValueError, match="add up to 100"):
        Division(1, shares)


def test_a_second_control_group_is_refused() -> None:
    half = Decimal(50)
    with pytest.raises(ValueError, match="at most one control"):
        Division(1, (Share(1, half, is_control=True), Share(2, half, is_control=True)))


def test_totals_count_inclusions_exclusions_and_who_is_reachable(tmp_path: Path) -> None:
    wanted = Audience(
        profile="Customer360",
        key="customer_id",
        assignment_key=KEY,
        included=condition("customer_id < 50"),
        excluded=condition("customer_id % 10 = 0"),
        parts=(Part(HALVES),),
    )
    table = pa.table({"customer_id": pa.array(range(100))})
    with DuckDBEngine(tmp_path).open_session({"Customer360": ArrowRelation(table)}, limits=INTERACTIVE) as session:
        assert session.one(wanted.totals(condition("customer_id % 2 = 0"))) == (50, 5, 45, 20)
        counts = {group: count for _, group, count in session.rows(wanted.counts())}
    assert sum(counts.values()) == 45  # type: ignore[arg-type]  # whole numbers
