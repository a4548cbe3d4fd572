"""Who a campaign reaches, as expressions over the profile table: members, parts, groups, counts.

Nothing here reads a customer; the engine does, in one scan per question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from campaigns import assignment, controls

if TYPE_CHECKING:
    from campaigns.assignment import Division

CUSTOMER, SUB_AUDIENCE, GROUP = "customer", "sub_audience_id", "group_id"
POSITION = "position"


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-audience: who may be in it, and how it is divided. Without a condition it is all that remains."""

    division: Division
    condition: exp.Expr | None = None


@dataclass(frozen=True)
class Audience:
    """Conditions hold or not for each row of the profile table; a condition that is NULL does not hold."""

    profile: str
    key: str
    assignment_key: str
    included: exp.Expr
    excluded: exp.Expr
    parts: tuple[Part, ...]
    first_match_only: bool = True
    memory: exp.Select | None = None  # earlier controls, see `controls.memory`

    @property
    def members(self) -> exp.Expr:
        return exp.and_(_holds(self.included), exp.not_(_holds(self.excluded)))

    def totals(self, reachable: exp.Expr) -> exp.Select:
        """One row: inclusions, exclusions among them, total, and how many of the total are reachable."""
        lost = exp.and_(_holds(self.included), _holds(self.excluded))
        return exp.select(
            _count_if(self.included).as_("inclusions"),
            _count_if(lost).as_("exclusions"),
            _count_if(self.members).as_("total"),
            _count_if(exp.and_(self.members, _holds(reachable))).as_("reachable"),
        ).from_(_table(self.profile))

    def counts(self) -> exp.Select:
        """Customers by sub-audience and group; only pairs that have any."""
        assigned = self.assigned()
        return (
            exp.select(_column(SUB_AUDIENCE), _column(GROUP), exp.Count(this=exp.Star()).as_("customers"))
            .from_(assigned.subquery("assigned"))
            .group_by(_column(SUB_AUDIENCE), _column(GROUP))
        )

    def assigned(self) -> exp.Query:
        """Rows of customer, sub-audience and group: whom a run of the campaign reaches, or keeps as controls.

        With first match only, a customer has one row at most. Otherwise one for each sub-audience that matches,
        but a control of any of them is in no treatment. An earlier control stays in the control group that holds
        them.
        """
        return self._first_matches() if self.first_match_only else self._all_matches()

    def _first_matches(self) -> exp.Query:
        sub_audience, group, own_control = exp.Case(), exp.Case(), exp.Case()
        for part, matches in self._matching:
            sub_audience = sub_audience.when(matches.copy(), _number(part.division.sub_audience_id))
            group = group.when(matches.copy(), assignment.group(_column(POSITION), part.division))
            own_control = own_control.when(matches.copy(), _below(part.division.control_bound))
        if self.memory is not None:
            diverted = exp.and_(_is_held(), exp.not_(own_control))
            sub_audience = exp.Case().when(diverted, _column(controls.HELD_IN)).else_(sub_audience)
            group = exp.Case().when(diverted.copy(), self._holding_group).else_(group)
        placed = exp.select(_column(CUSTOMER), sub_audience.as_(SUB_AUDIENCE), group.as_(GROUP)).from_(
            self._flagged().subquery("flagged")
        )
        return _whole(placed.subquery("placed")).where(
            exp.not_(exp.Is(this=_column(GROUP), expression=exp.null()))
        )

    def _all_matches(self) -> exp.Query:
        control = assignment.is_control(
            _column(POSITION), [(matches, part.division) for part, matches in self._matching]
        )
        kept_back = control if self.memory is None else exp.or_(control, _is_held())
        queries = [self._matches_of(part, matches, kept_back) for part, matches in self._matching]
        if self.memory is not None:
            queries.append(self._held_only(control))
        flagged = exp.CTE(this=self._flagged(), alias=exp.TableAlias(this=exp.to_identifier("flagged")))
        united = queries[0] if len(queries) == 1 else exp.union(*queries, distinct=False)
        united.set("with_", exp.With(expressions=[flagged]))
        return united

    def _held_only(self, control: exp.Expr) -> exp.Select:
        """Earlier controls who would now be in treatments alone."""
        matches_any = exp.or_(*(matches.copy() for _, matches in self._matching))
        columns = _column(CUSTOMER), _column(controls.HELD_IN), self._holding_group
        return exp.select(*columns).from_("flagged").where(_is_held(), matches_any, exp.not_(control.copy()))

    @property
    def _holding_group(self) -> exp.Expr:
        """The control group of the sub-audience that holds an earlier control."""
        case = exp.Case(this=_column(controls.HELD_IN))
        for part in self.parts:
            for share in part.division.shares:
                if share.is_control:
                    case = case.when(_number(part.division.sub_audience_id), _number(share.group_id))
        return case

    def _matches_of(self, part: Part, matches: exp.Expr, control: exp.Expr) -> exp.Select:
        at = _column(POSITION)
        own_control = _below(part.division.control_bound)
        return (
            exp.select(
                _column(CUSTOMER),
                _number(part.division.sub_audience_id).as_(SUB_AUDIENCE),
                assignment.group(at, part.division).as_(GROUP),
            )
            .from_("flagged")
            .where(matches.copy(), exp.or_(own_control, exp.not_(control.copy())))
        )

    def _flagged(self) -> exp.Select:
        """Members with their position, and for each conditional part whether it matches."""
        key = _column(self.key)
        flags = [
            _holds(part.condition).as_(_flag(number))
            for number, part in enumerate(self.parts)
            if part.condition is not None
        ]
        place = assignment.position(self.assignment_key, key)
        members = (
            exp.select(key.as_(CUSTOMER), place.as_(POSITION), *flags)
            .from_(_table(self.profile))
            .where(self.members)
        )
        return members if self.memory is None else _with_memory(members, self.memory)

    @cached_property
    def _matching(self) -> list[tuple[Part, exp.Expr]]:
        """Each part with what must hold of a flagged row to be in it, in order."""
        flags = [_column(_flag(number)) for number, part in enumerate(self.parts) if part.condition is not None]
        nothing_else = exp.not_(exp.or_(*flags)) if flags else exp.true()
        return [
            (part, nothing_else if part.condition is None else _column(_flag(number)))
            for number, part in enumerate(self.parts)
        ]


def _with_memory(members: exp.Select, memory: exp.Select) -> exp.Select:
    """The members, and for earlier controls what holds them."""
    customer = exp.cast(exp.column(CUSTOMER, table="members", quoted=True), exp.DataType.Type.TEXT)
    same = customer.eq(exp.column(controls.CUSTOMER, table="memory", quoted=True))
    return (
        exp.select("members.*", _column(controls.HELD_IN), _column(controls.HELD_BELOW))
        .from_(members.subquery("members"))
        .join(memory.subquery("memory"), on=same, join_type="left")
    )


def _is_held() -> exp.Expr:
    held = exp.LT(this=_column(POSITION), expression=_column(controls.HELD_BELOW))
    return exp.Coalesce(this=held, expressions=[exp.false()])


def _below(bound: int) -> exp.Expr:
    return exp.LT(this=_column(POSITION), expression=_number(bound))


def _holds(condition: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=exp.paren(condition.copy()), expressions=[exp.false()])


def _count_if(condition: exp.Expr) -> exp.Expr:
    return exp.CountIf(this=condition.copy())


def _whole(source: exp.Expr) -> exp.Select:
    return exp.select(_column(CUSTOMER), _column(SUB_AUDIENCE), _column(GROUP)).from_(source)


def _flag(number: int) -> str:
    return f"part_{number}"


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _table(name: str) -> exp.Table:
    return exp.table_(name, quoted=True)


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)
