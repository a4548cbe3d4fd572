"""What the editor's templates render: the document with names, problems and colours."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from campaigns.audience.assignment import WHOLE
from campaigns.drafts import MOST_SUB_AUDIENCES
from campaigns.editor import criteria, finishing
from campaigns.editor.content import plain
from campaigns.openness import Names
from ui.charts import Branch, colours
from ui.charts import Group as Ribbon

if TYPE_CHECKING:
    from campaigns.editor.choices import Choices
    from campaigns.editor.content import Content, Group, Part
    from campaigns.errors import Problem

MOST_OPEN = 6
"""Up to this many sub-audiences are unfolded at first; of more, only those that need attention."""


@dataclass(frozen=True, slots=True)
class DestinationChip:
    template: int
    label: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class GroupRow:
    group: Group
    colour: str
    destinations: tuple[DestinationChip, ...]

    @property
    def key(self) -> str:
        """See `PartRow.key`."""
        return str(self.group.id)

    @property
    def templates(self) -> str:
        """Ids for the page's script."""
        return " ".join(map(str, self.group.templates))


@dataclass(frozen=True)
class PartRow:
    part: Part
    number: int
    segment: str
    rows: tuple[GroupRow, ...]
    problems: tuple[Problem, ...]
    reminders: tuple[Problem, ...]
    choices: Choices
    is_open: bool = True

    @property
    def criteria(self) -> str:
        """Its own criteria in words; empty where a segment decides, or while the tables can't be read."""
        rules = self.part.criteria
        speaker = self.choices.speaker if rules else None
        return criteria.in_words(rules, speaker) if rules and speaker else ""

    @property
    def key(self) -> str:
        """The id as text: templates would localize each number, hundreds of times."""
        return str(self.part.id)

    @property
    def total(self) -> Decimal | None:
        """None while a share is not a number."""
        shares = [group.share for group in self.part.groups]
        return None if None in shares else sum((share for share in shares if share is not None), Decimal(0))

    @property
    def total_shown(self) -> str:
        return "—" if self.total is None else plain(self.total)

    @property
    def is_whole(self) -> bool:
        return self.total == WHOLE

    @property
    def has_two_treatments(self) -> bool:
        return len(self.part.treatments) > 1

    @property
    def bad_fields(self) -> set[str]:
        return {problem.field for problem in self.problems}


@dataclass(frozen=True)
class Screen:
    content: Content
    choices: Choices

    @cached_property
    def problems(self) -> list[Problem]:
        return finishing.problems(self.content, self.choices)

    @cached_property
    def reminders(self) -> list[Problem]:
        return finishing.reminders(self.content, self.choices)

    @cached_property
    def parts(self) -> list[PartRow]:
        palette = colours([_branch(part) for part in self.content.parts])
        return [
            self._row(part, number, css)
            for number, (part, css) in enumerate(zip(self.content.parts, palette, strict=True), 1)
        ]

    def part(self, part_id: int | None) -> PartRow | None:
        return next((row for row in self.parts if row.part.id == part_id), None)

    @property
    def may_add(self) -> bool:
        return len(self.content.parts) < MOST_SUB_AUDIENCES

    @property
    def audience_problems(self) -> list[Problem]:
        return [each for each in self.problems if each.field in {"include", "exclude"} and each.part is None]

    @property
    def audience_reminders(self) -> list[Problem]:
        return [each for each in self.reminders if each.part is None]

    @property
    def timing_problems(self) -> list[Problem]:
        return [each for each in self.problems if each.field in {"timing", "launch_date"}]

    @property
    def part_problems(self) -> list[Problem]:
        return [each for each in self.problems if each.part is not None or each.field == "sub_audiences"]

    @property
    def list_problems(self) -> list[Problem]:
        return [each for each in self.problems if each.field == "sub_audiences"]

    @property
    def name_problems(self) -> list[Problem]:
        return [each for each in self.problems if each.field == "name"]

    @property
    def steps(self) -> list[tuple[int, str]]:
        """Each step's number and state: done, error or todo."""
        part_reminders = [each for each in self.reminders if each.part is not None]
        return [
            (1, _standing(self.audience_problems, self.audience_reminders)),
            (2, _standing(self.part_problems, part_reminders)),
            (3, _standing(self.timing_problems, [])),
        ]

    def _row(self, part: Part, number: int, css: list[str]) -> PartRow:
        problems = tuple(each for each in self.problems if each.part == part.id)
        reminders = tuple(each for each in self.reminders if each.part == part.id)
        return PartRow(
            part=part,
            number=number,
            segment=self.choices.segment_name(part.segment) if part.segment else "",
            rows=tuple(self._group_row(group, colour) for group, colour in zip(part.groups, css, strict=True)),
            problems=problems,
            reminders=reminders,
            choices=self.choices,
            is_open=len(self.content.parts) <= MOST_OPEN or bool(problems),
        )

    def _group_row(self, group: Group, colour: str) -> GroupRow:
        chips = tuple(self._chip(template) for template in group.templates)
        return GroupRow(group, colour, chips)

    def _chip(self, template_id: int) -> DestinationChip:
        template = self.choices.templates.get(template_id)
        label = Names(self.choices.open_ids).place(template) if template else "A deleted data template"
        return DestinationChip(template_id, label, template_id in self.choices.open_ids)


def _standing(problems: list[Problem], reminders: list[Problem]) -> str:
    if problems:
        return "error"
    return "todo" if reminders else "done"


def _branch(part: Part) -> Branch:
    return Branch(part.name, 0, tuple(Ribbon(group.name, 0, group.is_control) for group in part.groups))
