"""Names with variables: `{{ campaign_name }} - {{ group_name }}`.

Substitution only: no filters, no tags, and braces inside a value are left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from destinations.errors import NameTemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

# HubSpot documents no limit for a list's name; this is the longest we send.
LONGEST_LIST_NAME = 200

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
STRAY_BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    meaning: str
    example: str
    in_campaigns: bool
    in_orchestrations: bool

    @property
    def placeholder(self) -> str:
        return f"{{{{ {self.name} }}}}"


VARIABLES = (
    Variable("campaign_name", "Name of the campaign", "Spring win-back", True, False),
    Variable("group_name", "Name of the treatment group", "Offer 10 %", True, False),
    Variable("sub_audience_name", "Name of the sub-audience", "VIP customers", True, False),
    Variable("object_name", "Name of the query or segment", "Lapsed customers", False, True),
    Variable("orchestration_name", "Name of the orchestration", "Weekly lapsed customers", False, True),
)
EXAMPLES = {variable.name: variable.example for variable in VARIABLES}
# A list belongs to one treatment group, so its name must be unique across all campaigns' groups.
NEEDED_BY_CAMPAIGNS = ("campaign_name", "group_name")


def variables_of(template: str) -> set[str]:
    return set(PLACEHOLDER.findall(template))


def check_template(template: str) -> None:
    """Raises NameTemplateError for an unknown variable, stray braces, control characters or excessive length."""
    unknown = sorted(variables_of(template) - EXAMPLES.keys())
    if unknown:
        known = ", ".join(variable.placeholder for variable in VARIABLES)
        raise NameTemplateError(f"There is no variable “{unknown[0]}”. Use one of {known}.")
    if STRAY_BRACES.search(PLACEHOLDER.sub("", template)):
        raise NameTemplateError("Braces are for variables only, as in {{ campaign_name }}.")
    _check_name(PLACEHOLDER.sub("x", template))


def leaves_open_for_orchestrations(template: str) -> bool:
    """True when it is empty or needs values only campaigns have: then the orchestration gives the name."""
    known = {variable.name for variable in VARIABLES if variable.in_orchestrations}
    return not template or not variables_of(template) <= known


def missing_for_campaigns(template: str) -> list[str]:
    """The placeholders a template lacks for use by campaigns."""
    return [f"{{{{ {name} }}}}" for name in NEEDED_BY_CAMPAIGNS if name not in variables_of(template)]


def render(template: str, variables: Mapping[str, str]) -> str:
    """The name of a list: each variable replaced once, white space collapsed.

    Raises NameTemplateError when a variable has no value, or the name is empty or too long: a truncated name could
    clash with another list's.
    """
    check_template(template)
    absent = sorted(variables_of(template) - variables.keys())
    if absent:
        raise NameTemplateError(f"“{absent[0]}” has no value here: choose a data template without it.")
    name = PLACEHOLDER.sub(lambda found: variables[found[1]], template)
    name = " ".join(CONTROL_CHARACTERS.sub(" ", name).split())
    _check_name(name)
    return name


def preview(template: str) -> str:
    """The name with example values. Raises as `render` does."""
    return render(template, EXAMPLES)


def _check_name(name: str) -> None:
    if not name.strip():
        raise NameTemplateError("The name of a list can't be empty.")
    if CONTROL_CHARACTERS.search(name):
        raise NameTemplateError("The name of a list can't hold line breaks or control characters.")
    if len(name) > LONGEST_LIST_NAME:
        raise NameTemplateError(f"A list's name has at most {LONGEST_LIST_NAME} characters; this has {len(name)}.")
