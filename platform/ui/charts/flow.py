from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from ui import formats
from ui.charts.scale import fixed, refuse_negative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.safestring import SafeString

COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")
NEUTRAL = "c0"

# Beyond these the ribbons would be a tangle: only the steps are shown.
MOST_BRANCHES = 8
MOST_GROUPS = 24
# Beyond this many steps the rest unfolds on demand.
MOST_STEPS = 12

# Heights in pixels of the drawing with ribbons.
AUDIENCE_HEIGHT = 150.0
GROUP_SLOT = 30.0
BRANCH_SLOT = 48.0
BRANCH_GAP = 16.0
THINNEST = 1.5


@dataclass(frozen=True)
class Group:
    label: str
    value: int
    is_control: bool = False
    note: str = ""


@dataclass(frozen=True)
class Branch:
    """A part of the audience and the groups that it is split into."""

    label: str
    value: int
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Ribbon:
    """A band between two heights, equally thick at both ends, in a drawing 100 units wide."""

    start: float
    end: float
    thickness: float
    css: str

    @property
    def path(self) -> str:
        upper, lower = (self.start, self.end), (self.start + self.thickness, self.end + self.thickness)
        there = f"M0 {fixed(upper[0])}C50 {fixed(upper[0])} 50 {fixed(upper[1])} 100 {fixed(upper[1])}"
        return f"{there}V{fixed(lower[1])}C50 {fixed(lower[1])} 50 {fixed(lower[0])} 0 {fixed(lower[0])}Z"


@dataclass(frozen=True)
class Label:
    y: float
    name: str
    figure: str

    @property
    def name_y(self) -> str:
        return fixed(self.y - 4)

    @property
    def figure_y(self) -> str:
        return fixed(self.y + 13)

    @property
    def line_y(self) -> str:
        return fixed(self.y + 4)


@dataclass(frozen=True)
class Drawing:
    height: float
    audience: Label
    branches: tuple[Label, ...]
    groups: tuple[Label, ...]
    first_ribbons: tuple[Ribbon, ...]
    second_ribbons: tuple[Ribbon, ...]

    @property
    def box_height(self) -> str:
        return fixed(self.height)


def flow(branches: Sequence[Branch], *, total: int, label: str) -> SafeString:
    """An audience, the sub-audiences it divides into, and their groups: as ribbons where there is room for them.

    On a phone, for a screen reader, and for more than a few sub-audiences the same as steps: each bar begins where
    the one before ended, since a customer goes to the first that matches. Where sub-audiences overlap (together
    more than `total`) every bar begins at the start. Raises ValueError for a negative number.
    """
    refuse_negative([total, *(b.value for b in branches), *(g.value for b in branches for g in b.groups)])
    few = len(branches) <= MOST_BRANCHES and sum(len(b.groups) for b in branches) <= MOST_GROUPS
    steps = _steps(branches, total)
    context = {
        "label": label,
        "drawing": _drawing(branches, total) if few and branches else None,
        "steps": steps[:MOST_STEPS],
        "rest": steps[MOST_STEPS:],
    }
    return render_to_string("ui/charts/flow.html", context)


def colours(branches: Sequence[Branch]) -> list[list[str]]:
    """The colour class of every group, branch by branch: the same in the chart and in a table beside it."""
    treatments = [[not group.is_control for group in branch.groups] for branch in branches]
    starts = accumulate((sum(row) for row in treatments), initial=0)
    return [_row_colours(row, start) for row, start in zip(treatments, starts, strict=False)]


def _row_colours(treatments: list[bool], start: int) -> list[str]:
    places = accumulate(treatments, initial=start)
    return [
        COLOURS[place % len(COLOURS)] if treated else NEUTRAL
        for treated, place in zip(treatments, places, strict=False)
    ]


# --- Steps -------------------------------------------------------------------------------------------------------


def _steps(branches: Sequence[Branch], total: int) -> list[dict[str, object]]:
    together = sum(branch.value for branch in branches)
    whole = max(total, *(branch.value for branch in branches)) if branches else total
    starts = accumulate((b.value for b in branches), initial=0) if together <= total else [0] * len(branches)
    return [
        {
            "branch": branch,
            "value": formats.number(branch.value),
            "bar": {"x": _percent(start, whole), "width": _percent(branch.value, whole)},
            "parts": _parts(branch, css, start, whole),
        }
        for branch, css, start in zip(branches, colours(branches), starts, strict=False)
    ]


def _parts(branch: Branch, css: list[str], start: int, whole: int) -> list[dict[str, object]]:
    lefts = accumulate((group.value for group in branch.groups), initial=start)
    return [
        {
            "group": group,
            "css": colour,
            "value": formats.number(group.value),
            "x": _percent(left, whole),
            "width": _percent(group.value, whole),
        }
        for group, colour, left in zip(branch.groups, css, lefts, strict=False)
    ]


def _percent(value: int, whole: int) -> str:
    return fixed(100 * value / whole) if whole else "0"


# --- Ribbons -----------------------------------------------------------------------------------------------------


def _drawing(branches: Sequence[Branch], total: int) -> Drawing:
    scale = AUDIENCE_HEIGHT / max(total, sum(branch.value for branch in branches), 1)
    parts = []
    top = 0.0
    for branch, css in zip(branches, colours(branches), strict=True):
        part = _branch(branch, css, scale, top)
        parts.append(part)
        top = part.height + BRANCH_GAP
    height = max(top - BRANCH_GAP, AUDIENCE_HEIGHT)
    audience = (height - sum(part.first_ribbons[0].thickness for part in parts)) / 2
    starts = accumulate((part.first_ribbons[0].thickness for part in parts), initial=audience)
    return Drawing(
        height=height,
        audience=Label(height / 2, "Audience", formats.number(total)),
        branches=tuple(label for part in parts for label in part.branches),
        groups=tuple(label for part in parts for label in part.groups),
        first_ribbons=tuple(
            replace(part.first_ribbons[0], start=start) for part, start in zip(parts, starts, strict=False)
        ),
        second_ribbons=tuple(ribbon for part in parts for ribbon in part.second_ribbons),
    )


def _branch(branch: Branch, css: list[str], scale: float, top: float) -> Drawing:
    """One branch between `top` and its `height`; where its ribbon starts is not yet known."""
    thick = [max(group.value * scale, THINNEST) for group in branch.groups]
    slots = [max(each + 10, GROUP_SLOT) for each in thick]
    own = max(branch.value * scale, sum(thick), THINNEST)
    block = max(sum(slots), own, BRANCH_SLOT)
    middle = top + block / 2
    slot_tops = accumulate(slots, initial=middle - sum(slots) / 2)
    centres = [slot_top + slot / 2 for slot_top, slot in zip(slot_tops, slots, strict=False)]
    starts = accumulate(thick, initial=middle - sum(thick) / 2)
    return Drawing(
        height=top + block,
        audience=Label(middle, "", ""),
        branches=(Label(middle, branch.label, formats.number(branch.value)),),
        groups=tuple(
            Label(y, group.label, _figure(group)) for y, group in zip(centres, branch.groups, strict=True)
        ),
        first_ribbons=(Ribbon(0, middle - own / 2, own, css[0] if css else NEUTRAL),),
        second_ribbons=tuple(
            Ribbon(start, centre - each / 2, each, colour)
            for start, centre, each, colour in zip(starts, centres, thick, css, strict=False)
        ),
    )


def _figure(group: Group) -> str:
    note = "never sent" if group.is_control else group.note
    return " · ".join(filter(None, [formats.number(group.value), note]))
