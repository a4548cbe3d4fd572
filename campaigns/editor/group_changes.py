"""Changes to the groups of a sub-audience: its treatments, where they are sent, and at most one control group."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from campaigns.audience.assignment import WHOLE
from campaigns.drafts import DEFAULT_CONTROL
from campaigns.editor import attribute_panel
from campaigns.editor.changed import Changed, Show, part_place
from campaigns.editor.content import Assigned, Group, plain
from campaigns.editor.errors import ChangeRefusedError
from campaigns.editor.part_changes import CONTROL
from campaigns.editor.posted import found, group_of
from campaigns.naming import free_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from campaigns.editor.content import Content, Part
    from campaigns.editor.posted import Posted

MOST_GROUPS = 20
CENT = Decimal("0.01")
EVERYWHERE = "destinations"


def add(content: Content, posted: Posted) -> Changed:
    """Adds a treatment with what is missing to 100 %; if nothing is, the treatments are split evenly."""
    part = found(content.part(posted.number("part")))
    if len(part.groups) >= MOST_GROUPS:
        raise ChangeRefusedError(f"A sub-audience has at most {MOST_GROUPS} groups.")
    model = part.treatments[-1] if part.treatments else None
    missing = WHOLE - sum((group.share or Decimal(0) for group in part.groups), Decimal(0))
    made = Group(
        id=content.free_id,
        name=free_name(model.name if model else part.name, content.treatment_names),
        percent=plain(max(missing, Decimal(0))),
        destinations=model.destinations if model else (),
    )
    groups = [*part.treatments, made, *_controls(part)]
    changed = _with(content, part, groups if missing > 0 else _evenly(groups))
    return _changed(changed, part, f"Added the treatment “{made.name}”")


def add_control(content: Content, posted: Posted) -> Changed:
    """Adds a control group, with its share taken from the largest treatment."""
    part = found(content.part(posted.number("part")))
    if part.control:
        raise ChangeRefusedError(f"“{part.name}” has a control group already.")
    made = Group(id=content.free_id, name=CONTROL, percent=plain(DEFAULT_CONTROL), is_control=True)
    largest = max(part.treatments, key=lambda group: group.share or Decimal(0), default=None)
    groups = [_given(group, -DEFAULT_CONTROL) if group is largest else group for group in part.treatments]
    return _changed(_with(content, part, [*groups, made]), part, f"Added a control group to “{part.name}”")


def remove(content: Content, posted: Posted) -> Changed:
    """Removes a group; its share goes to the treatment before it, so that the split still adds up."""
    part = found(content.part(posted.number("part")))
    gone = group_of(part, posted.number("group"))
    treatments = [group for group in part.treatments if group.id != gone.id]
    if not treatments:
        raise ChangeRefusedError("A sub-audience needs at least one treatment. Remove the sub-audience instead.")
    place = max(0, min(part.groups.index(gone), len(treatments)) - 1)
    treatments[place] = _given(treatments[place], gone.share or Decimal(0))
    controls = [group for group in _controls(part) if group.id != gone.id]
    return _changed(_with(content, part, [*treatments, *controls]), part, f"Removed “{gone.name}”")


def rename(content: Content, posted: Posted) -> Changed:
    part, group, name = *_place(content, posted), posted.text("value")
    changed = _with_group(content, part, group, name=name)
    return Changed(changed, part_place(part.id), f"“{group.name}” is now called “{name}”", part=part.id)


def set_percent(content: Content, posted: Posted) -> Changed:
    part, group, percent = *_place(content, posted), posted.text("value")
    changed = _with_group(content, part, group, percent=percent)
    words = f"Split of “{group.name}” in “{part.name}”: {percent or '—'} %"
    return Changed(changed, part_place(part.id), words, part=part.id)


def split_evenly(content: Content, posted: Posted) -> Changed:
    """Splits what the control group leaves evenly among the treatments."""
    part = found(content.part(posted.number("part")))
    changed = _with(content, part, _evenly(part.groups))
    return _changed(changed, part, f"Split “{part.name}” evenly")


def assign(content: Content, posted: Posted) -> Changed:
    part, group = _place(content, posted)
    template = posted.number("template")
    if group.is_control:
        raise ChangeRefusedError("A control group is never sent, so it has no destination.")
    assigned = _assigned(group, template, posted)
    changed = _with_group(content, part, group, destinations=assigned)
    return _changed(changed, part, f"A destination for “{group.name}”")


def withdraw(content: Content, posted: Posted) -> Changed:
    part, group = _place(content, posted)
    template = posted.number("template")
    left = tuple(each for each in group.destinations if each.template != template)
    changed = _with_group(content, part, group, destinations=left)
    return _changed(changed, part, f"Removed a destination from “{group.name}”")


def assign_everywhere(content: Content, posted: Posted) -> Changed:
    """Adds the destination to every treatment that does not have it yet."""
    template = posted.number("template")

    def change(group: Group) -> Group:
        if group.is_control:
            return group
        return group.model_copy(update={"destinations": _assigned(group, template, posted)})

    return Changed(_each_group(content, change), EVERYWHERE, "A destination for every treatment", Show.PARTS)


def set_attributes(content: Content, posted: Posted) -> Changed:
    """Sets the attributes of one group's destination, or on request of every group that goes there."""
    part, group = _place(content, posted)
    panel = attribute_panel.filled(content, posted)
    if panel.problems:
        raise ChangeRefusedError(" ".join(panel.problems))
    template = panel.template.pk
    wanted = Assigned(template=template, attributes=tuple(panel.rows))
    is_everywhere = posted.flag("everywhere")

    def change(each: Group) -> Group:
        if each.id != group.id and not is_everywhere:
            return each
        destinations = tuple(wanted if old.template == template else old for old in each.destinations)
        return each.model_copy(update={"destinations": destinations})

    place = EVERYWHERE if is_everywhere else part_place(part.id)
    words = f"Attributes of {'every treatment' if is_everywhere else f'“{group.name}”'}"
    return Changed(_each_group(content, change), place, words, Show.PARTS if is_everywhere else Show.PART, part.id)


def _place(content: Content, posted: Posted) -> tuple[Part, Group]:
    part = found(content.part(posted.number("part")))
    return part, group_of(part, posted.number("group"))


def _assigned(group: Group, template: int, posted: Posted) -> tuple[Assigned, ...]:
    if template in group.templates:
        return group.destinations
    return *group.destinations, Assigned(template=template, attributes=posted.default_attributes(template))


def _controls(part: Part) -> list[Group]:
    return [group for group in part.groups if group.is_control]


def _given(group: Group, share: Decimal) -> Group:
    return group.model_copy(update={"percent": plain(max((group.share or Decimal(0)) + share, Decimal(0)))})


def _evenly(groups: Iterable[Group]) -> list[Group]:
    """The remainder goes to the first, so that the sum is 100."""
    groups = list(groups)
    treatments = [group for group in groups if not group.is_control]
    left = WHOLE - sum((group.share or Decimal(0) for group in groups if group.is_control), Decimal(0))
    each = (left / len(treatments)).quantize(CENT, ROUND_DOWN)
    shares = {group.id: each for group in treatments} | {treatments[0].id: left - each * (len(treatments) - 1)}
    return [
        group.model_copy(update={"percent": plain(shares[group.id])}) if group.id in shares else group
        for group in groups
    ]


def _with(content: Content, part: Part, groups: Iterable[Group]) -> Content:
    return content.with_part(part.id, lambda part: part.model_copy(update={"groups": tuple(groups)}))


def _with_group(content: Content, part: Part, group: Group, **values: object) -> Content:
    changed = group.model_copy(update=values)
    return _with(content, part, [changed if each.id == group.id else each for each in part.groups])


def _each_group(content: Content, change: Callable[[Group], Group]) -> Content:
    parts = [part.model_copy(update={"groups": tuple(map(change, part.groups))}) for part in content.parts]
    return content.having(parts=tuple(parts))


def _changed(content: Content, part: Part, words: str) -> Changed:
    return Changed(content, part_place(part.id), words, Show.PART, part.id)
