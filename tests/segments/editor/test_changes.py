"""Changing rules, bringing two people's changes together, reading forms: all without a database."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.http import QueryDict

from segments.differences import Difference, Kind, differences
from segments.editor import changes
from segments.editor.answers import Changed, changed_between
from segments.editor.merging import CollisionError, merged
from segments.editor.posted import change_of, pasted
from segments.errors import PartGoneError, SegmentError
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
from segments.words import Speaker
from tests.segments.world import SCHEMA

if TYPE_CHECKING:
    from segments.editor.changes import Change
    from segments.rules import Condition


def in_city(name: str, *cities: str) -> AttributeCondition:
    return AttributeCondition(id=name, attribute="city", operator=Operator.IN_LIST, values=cities or ("Oslo",))


def rules(*sections: Section, exclude: tuple[Section, ...] = ()) -> Rules:
    return Rules(include=Group(sections=sections), exclude=Group(join=Join.ANY, sections=exclude))


def section(name: str, *conditions: Condition, join: Join = Join.ALL) -> Section:
    return Section(id=name, join=join, conditions=conditions)


TWO = rules(section("s", in_city("a"), in_city("b")), section("t", in_city("c")))


def ids(of: Rules) -> list[list[str]]:
    return [[condition.id for condition in each.conditions] for each in of.include.sections]


def test_conditions_and_sections_are_added_moved_copied_and_removed() -> None:
    assert ids(changes.add_condition(TWO, "s", in_city("x"))) == [["a", "b", "x"], ["c"]]
    assert ids(changes.add_section(TWO, "include", section("u", in_city("x")))) == [["a", "b"], ["c"], ["x"]]
    assert ids(changes.move(TWO, "b", -1)) == [["b", "a"], ["c"]]
    assert changes.move(TWO, "a", -1) == TWO
    assert ids(changes.move(TWO, "s", 1)) == [["c"], ["a", "b"]]
    assert ids(changes.remove(TWO, "a")) == [["b"], ["c"]]
    assert ids(changes.remove(TWO, "c")) == [["a", "b"]], "a section goes with its last condition"
    assert ids(changes.remove(TWO, "s")) == [["c"]]


def excluded(of: Rules) -> list[list[str]]:
    return ids(Rules(include=of.exclude))


def test_what_moves_past_the_end_of_its_list_goes_into_the_next() -> None:
    both = rules(*TWO.include.sections, exclude=(section("x", in_city("d")),))
    assert ids(changes.move(both, "b", 1)) == [["a"], ["b", "c"]]
    assert ids(changes.move(both, "c", -1)) == [["a", "b", "c"]], "a section goes with its last condition"
    crossed = changes.move(both, "c", 1)
    assert (ids(crossed), excluded(crossed)) == ([["a", "b"]], [["c", "d"]])
    crossed = changes.move(both, "t", 1)
    assert (ids(crossed), excluded(crossed)) == ([["a", "b"]], [["c"], ["d"]])
    assert changes.move(both, "d", 1) == both
    assert changes.move(both, "x", 1) == both


def test_a_piece_is_put_where_it_is_dropped() -> None:
    both = rules(*TWO.include.sections, exclude=(section("x", in_city("d")),))
    assert ids(changes.put(both, "c", "s", before="b")) == [["a", "c", "b"]]
    assert ids(changes.put(both, "a", "s")) == [["b", "a"], ["c"]]
    assert ids(changes.put(both, "c", "t")) == [["a", "b"], ["c"]], "where it stood already"
    assert ids(changes.put(both, "a", "include", before="s")) == [["a"], ["b"], ["c"]], "in a section of its own"
    dropped = changes.put(both, "s", "exclude", before="x")
    assert (ids(dropped), excluded(dropped)) == ([["c"]], [["a", "b"], ["d"]])
    assert ids(changes.put(both, "a", "t", before="gone")) == [["b"], ["c", "a"]], "a neighbour may have left"
    for piece, into in (("a", "nowhere"), ("nothing", "s"), ("s", "t")):
        with pytest.raises(PartGoneError):
            changes.put(both, piece, into)


def test_a_copy_has_ids_of_its_own_all_the_way_down() -> None:
    copied = changes.duplicate(TWO, "s")
    (first, second), (third, fourth), _ = ids(copied)
    assert len({first, second, third, fourth}) == 4
    assert changes.nameless(copied).include.sections[0] == changes.nameless(copied).include.sections[1]


def test_what_is_gone_can_t_be_changed() -> None:
    for change in (partial(changes.remove, piece="x"), partial(changes.change_condition, condition=in_city("x"))):
        with pytest.raises(PartGoneError):
            change(TWO)


def test_a_condition_that_was_removed_comes_back_to_where_it_stood() -> None:
    assert ids(changes.bring_back(changes.remove(TWO, "a"), "a", TWO)) == [["b", "a"], ["c"]]
    assert ids(changes.bring_back(changes.remove(TWO, "c"), "c", TWO)) == [["a", "b"], ["c"]]


def test_rules_without_ids_get_the_same_ones_each_time() -> None:
    plain = changes.nameless(TWO)
    assert changes.identified(plain) == changes.identified(plain)
    assert changes.identified(TWO) == TWO
    assert changes.nameless(changes.identified(plain)) == plain


THEIRS: list[Change] = [
    partial(changes.change_condition, condition=in_city("b", "Rome")),
    partial(changes.join, place="s", how=Join.ANY),
    partial(changes.remove, piece="b"),
    partial(changes.add_condition, section="s", condition=in_city("z")),
    partial(changes.move, piece="b", step=-1),
]


@pytest.mark.parametrize("theirs", THEIRS)
def test_changes_of_different_parts_come_together(theirs: Change) -> None:
    mine = partial(changes.change_condition, condition=in_city("a", "Paris"))
    assert merged(TWO, theirs(TWO), mine) == mine(theirs(TWO))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (
            partial(changes.change_condition, condition=in_city("a", "Paris")),
            partial(changes.change_condition, condition=in_city("a", "Rome")),
        ),
        (partial(changes.change_condition, condition=in_city("a", "Paris")), partial(changes.remove, piece="a")),
        (partial(changes.remove, piece="a"), partial(changes.change_condition, condition=in_city("a", "Rome"))),
        (partial(changes.add_condition, section="t", condition=in_city("z")), partial(changes.remove, piece="t")),
        (partial(changes.move, piece="a", step=1), partial(changes.remove, piece="a")),
    ],
)
def test_changes_of_the_same_part_collide(mine: Change, theirs: Change) -> None:
    with pytest.raises(CollisionError):
        merged(TWO, theirs(TWO), mine)


def test_the_same_change_twice_is_none() -> None:
    change = partial(changes.change_condition, condition=in_city("a", "Paris"))
    assert merged(TWO, change(TWO), change) == change(TWO)


def only(*, parts: str = "", sections: str = "", conditions: str = "") -> Changed:
    return Changed(frozenset(parts.split()), frozenset(sections), frozenset(conditions))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (partial(changes.change_condition, condition=in_city("a", "Paris")), only(conditions="a")),
        (partial(changes.join, place="s", how=Join.ANY), only(sections="s")),
        (partial(changes.remove, piece="a"), only(sections="s")),
        (partial(changes.move, piece="a", step=1), only(sections="s")),
        (partial(changes.remove, piece="c"), only(parts="include")),
        (partial(changes.join, place="exclude", how=Join.ALL), only(parts="exclude")),
        (partial(changes.duplicate, piece="t"), only(parts="include")),
    ],
)
def test_only_what_is_different_is_rendered_again(change: Change, expected: Changed) -> None:
    assert changed_between(TWO, change(TWO)) == expected


SCORE = AttributeCondition(id="n", attribute="score", operator=Operator.AT_LEAST, values=("1",))
BOUGHT = AggregateCondition(
    id="o", table="Orders", measure=Measure.SUM, column="value", operator=Operator.AT_LEAST, values=("5",)
)


def test_what_was_only_typed_leaves_its_form_alone() -> None:
    before = rules(section("s", SCORE))
    typed = rules(section("s", SCORE.model_copy(update={"values": ("2",)})))
    assert changed_between(before, typed, typed="n") == only()
    other = rules(section("s", SCORE.model_copy(update={"operator": Operator.BETWEEN, "values": ("1", "")})))
    assert changed_between(before, other, typed="n") == only(conditions="n")


def posted(condition: Condition, fields: str) -> Condition:
    return change_of(condition, QueryDict(fields), SCHEMA)


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ("operator=at_least&value-0=+7+", ("7",)),
        ("operator=at_least&value-0=", ()),
        ("operator=between&value-0=7", ("7", "")),
        ("operator=between&value-0=7&value-1=9", ("7", "9")),
        ("operator=is_null&value-0=7", ()),
        ("operator=in_list&value-0=7", ("7",)),
        ("operator=in_list&values=7&values=8&add=9;8", ("7", "8", "9")),
        ("operator=is&values=7&values=8", ("7",)),
        ("operator=is&value-0=%007", ("7",)),
    ],
)
def test_a_form_says_its_values_and_changing_the_operator_loses_none_that_fit(fields: str, values: object) -> None:
    assert getattr(posted(SCORE, fields), "values") == values  # noqa: B009  a union of conditions


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ("value-0-mode=day&value-0=2026-03-01", "2026-03-01"),
        ("value-0-mode=today", RelativeDate(ago=0)),
        ("value-0-mode=yesterday&value-0=2026-03-01", RelativeDate(ago=1)),
        ("value-0-mode=days-ago&value-0-amount=90", RelativeDate(ago=90)),
        ("value-0-mode=days-ago", RelativeDate(ago=30)),
        ("value-0-mode=months-ago&value-0-amount=", RelativeDate(ago=3, unit=Unit.MONTHS)),
        ("value-0-mode=years-ahead&value-0-amount=2", RelativeDate(ago=-2, unit=Unit.YEARS)),
        ("value-0-mode=days-ago&value-0-amount=0", RelativeDate(ago=0)),
        ("value-0-mode=days-ago&value-0-amount=36500", RelativeDate(ago=36500)),
    ],
)
def test_days_are_written_or_seen_from_today(fields: str, value: object) -> None:
    born = AttributeCondition(id="d", attribute="born", operator=Operator.IS)
    assert posted(born, f"operator=is&{fields}") == born.model_copy(update={"values": (value,)})


def test_what_no_form_of_ours_posts_is_refused() -> None:
    too_many = "operator=in_list&add=" + ";".join(map(str, range(1001)))
    too_long = [f"operator={how}=" + "x" * 1001 for how in ("is&value-0", "in_list&values", "in_list&add")]
    day = "operator=is&value-0-mode=days-{}&value-0-amount={}"
    too_far = [day.format("ago", "36501"), day.format("ahead", "3651"), day.format("ago", "x")]
    for fields in ("", "operator=magic", "operator=is&value-0-mode=weeks-ago", too_many, *too_long, *too_far):
        with pytest.raises(SegmentError):
            posted(SCORE, fields)


def test_a_purchase_has_a_window_filters_and_a_measure_with_a_column_of_its_own() -> None:
    filtered = posted(BOUGHT, "measure=sum&column=value&operator=at_least&value-0=5&window=last&add-filter=value")
    assert isinstance(filtered, AggregateCondition)
    assert (filtered.window, [each.attribute for each in filtered.filters]) == (Window(last=30), ["value"])
    name = filtered.filters[0].id
    kept = f"measure=greatest&column=at&operator=at_least&window=ever&{name}-operator=is&{name}-value-0=3"
    changed = posted(filtered, kept)
    assert isinstance(changed, AggregateCondition)
    assert (changed.column, changed.operator, changed.values) == ("at", Operator.ON_OR_AFTER, ()), "a time now"
    assert (changed.window, changed.filters[0].values) == (Window(), ("3",))
    assert posted(filtered, f"{kept}&remove-filter={name}") == changed.model_copy(update={"filters": ()})


def test_several_values_are_pasted_at_once() -> None:
    assert pasted("Oslo\r\n Rome ;Washington, DC\t\n\nParis") == ["Oslo", "Rome", "Washington, DC", "Paris"]


def test_differences_are_said_in_words() -> None:
    speaker = Speaker(SCHEMA, {7: "Lapsed"}, redact=False)
    after = changes.add_section(TWO, "exclude", section("x", MembershipCondition(id="m", segment=7)))
    after = changes.change_condition(changes.remove(after, "c"), in_city("a", "Paris"))
    after = changes.join(after, "s", Join.ANY)
    assert differences(TWO, after, speaker) == (
        Difference(Kind.CHANGED, "Include", "all conditions of a section", "any conditions of a section"),
        Difference(Kind.CHANGED, "Include", "city is in list Oslo", "city is in list Paris"),
        Difference(Kind.REMOVED, "Include", before="city is in list Oslo"),
        Difference(Kind.ADDED, "Exclude", after="Customer is a member of Lapsed"),
    )
    assert differences(TWO, changes.move(TWO, "a", 1), speaker) == ()


def test_purchases_are_said_with_their_window_and_filters() -> None:
    where = AttributeCondition(attribute="value", operator=Operator.BETWEEN, values=("1", "2"))
    asked = BOUGHT.model_copy(update={"window": Window(last=1, unit=Unit.YEARS), "filters": (where,)})
    said = Speaker(SCHEMA, {}, redact=False).sentence(asked)
    expected = "total of value in Orders in the last year where value is between 1 and 2"
    assert said == f"{expected} is greater than or equal to 5"
    often = asked.model_copy(update={"measure": Measure.COUNT, "filters": (), "window": Window(last=2)})
    assert Speaker(SCHEMA, {}, redact=False).sentence(often).startswith("number of orders in the last 2 days is ")
