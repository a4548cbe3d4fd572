"""What a person says about a table to be built from a query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from customer360 import forms as forms_of_tables
from customer360.derived.services import TableDraft
from customer360.models import NAME, Query, Table
from ui.forms import ChoiceCards

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from customer360.services import ColumnDraft

ROLES = [role for role in forms_of_tables.ROLES if role[0] is not Table.Role.LIST]


class DerivedTableForm(forms.Form):
    """The table's name, its role, and its key among the query's columns."""

    name = forms.CharField(
        max_length=100, validators=[NAME], help_text="Queries name the table so. Letters, digits and underscores."
    )
    description = forms.CharField(required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))
    role = forms.ChoiceField(label="What it holds", choices=ROLES, widget=ChoiceCards)
    key_column = forms.ChoiceField(
        label="Key",
        required=False,
        help_text="No two rows share its value: a build whose rows do is refused. Customer profiles need a key.",
    )

    def __init__(self, *args: Any, columns: Sequence[ColumnDraft], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "None"), *((column.name, column.name) for column in columns)]
        self.fields["key_column"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def draft(self) -> TableDraft:
        """Call it on a valid form."""
        said = self.cleaned_data
        return TableDraft(said["name"], said["description"], Table.Role(said["role"]), said["key_column"])


def initial_of(query: Query, columns: Iterable[ColumnDraft]) -> dict[str, str]:
    """The proposal: a name like the query's, and as the key a column that is a key in its source table."""
    key = next((column.name for column in columns if column.semantic in {"pk", "customer-key"}), "")
    return {
        "name": _free_name(query.name),
        "description": query.description,
        "role": Table.Role.OTHER,
        "key_column": key,
    }


def _free_name(wanted: str) -> str:
    """The words of the name joined, with a number when a table already has that name."""
    plain = re.sub(r"\W+", "_", wanted).lstrip("_0123456789")[:90].rstrip("_") or "Table"
    taken = {name.casefold() for name in Table.objects.values_list("name", flat=True)}
    names = (plain, *(f"{plain}_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name.casefold() not in taken)
