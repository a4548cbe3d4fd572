"""The values posted with a change in the editor, checked like any input from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campaigns.attributes import default_attributes
from campaigns.editor.errors import ChangeRefusedError
from campaigns.naming import too_long

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import QueryDict

    from campaigns.attributes import Attribute
    from campaigns.editor.choices import Choices
    from campaigns.editor.content import Group, Part

MOST_TYPED = 1000
GONE = "This is no longer part of the campaign: someone removed it in the meantime."


@dataclass(frozen=True, slots=True)
class Posted:
    values: QueryDict
    choices: Choices
    zone: ZoneInfo

    def text(self, name: str) -> str:
        """On one line. Text too long for its field is kept and reported, never cut; far longer text is refused."""
        text = plain(self.values.get(name, ""))
        if problem := too_long(text, MOST_TYPED):
            raise ChangeRefusedError(f"{problem} The previous value is kept.")
        return text

    def flag(self, name: str) -> bool:
        return self.values.get(name) == "on"

    def number(self, name: str) -> int:
        try:
            return int(self.values.get(name, ""))
        except ValueError:
            raise ChangeRefusedError(GONE) from None

    def numbers(self, name: str) -> list[int]:
        try:
            return list(dict.fromkeys(int(each) for each in self.values.getlist(name)))
        except ValueError:
            raise ChangeRefusedError(GONE) from None

    def segment_name(self, segment_id: int) -> str:
        """The name of an active segment."""
        segment = self.choices.active_segment(segment_id)
        if segment is None:
            raise ChangeRefusedError("This segment is no longer active. Choose another one.")
        return segment.name

    def default_attributes(self, template_id: int) -> tuple[Attribute, ...]:
        """What the data template's destination is sent unless someone says otherwise."""
        template = self.choices.open_template(template_id)
        if template is None:
            raise ChangeRefusedError("This destination is no longer open to you. Choose another one.")
        return default_attributes(template.destination)


def plain(text: str) -> str:
    """On one line, without invisible characters: names go to destinations and into files."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def found(part: Part | None) -> Part:
    if part is None:
        raise ChangeRefusedError(GONE)
    return part


def group_of(part: Part, group_id: int) -> Group:
    for group in part.groups:
        if group.id == group_id:
            return group
    raise ChangeRefusedError(GONE)
