"""What an operator says about a table and its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django import forms

from customer360.errors import MarksConflictError
from customer360.marking import Marks, TableMarks
from customer360.models import NAME, Table
from customer360.semantics import Semantic
from ui.forms import ChoiceCards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from customer360.models import Column

ROLES = [
    (Table.Role.CUSTOMER_PROFILES, "Customer profiles: one row a customer"),
    (Table.Role.ORDERS, "Orders: what customers bought, and when. One table holds them"),
    (Table.Role.LIST, "List: names customers by key or e-mail, to use as an audience"),
    (Table.Role.OTHER, "Other"),
]
SEMANTICS = [("", "No meaning"), *Semantic.choices]


class TableForm(forms.Form):
    """What the table holds."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    name = forms.CharField(max_length=100, validators=[NAME], help_text="It can change while nothing uses it.")
    description = forms.CharField(required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 2}))
    role = forms.ChoiceField(label="What it holds", choices=ROLES, widget=ChoiceCards)
    key_column = forms.ChoiceField(
        label="Key", required=False, help_text="No two rows share its value. Customer profiles need a key."
    )

    def __init__(self, *args: Any, columns: Sequence[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "None"), *((column.name, column.name) for column in columns)]
        self.fields["key_column"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField


class MarksForm(forms.Form):
    """What a column means, and what may be done with it."""

    semantic = forms.ChoiceField(label="Meaning", required=False, choices=SEMANTICS)
    is_pii = forms.BooleanField(label="Personal data", required=False)
    not_for_activation = forms.BooleanField(label="Not for activation", required=False)


@dataclass(frozen=True, slots=True)
class Editing:
    """The page on which a table is marked: a form for the table, and one for each column."""

    table: TableForm
    rows: tuple[tuple[Column, MarksForm], ...]
    differences: list[tuple[str, str, str]]
    present: Table

    @classmethod
    def of(cls, table: Table, data: Any = None) -> Self:
        columns = list(table.columns.filter(companion_of=""))
        initial = {
            "revision": table.revision,
            "name": table.name,
            "description": table.description,
            "role": table.role,
            "key_column": table.key_column,
        }
        form = TableForm(data, initial=initial, columns=columns)
        rows = tuple((column, _marks_form(column, data)) for column in columns)
        return cls(form, rows, [], table)

    def is_valid(self) -> bool:
        return all([self.table.is_valid(), *(form.is_valid() for _, form in self.rows)])

    @property
    def revision(self) -> int:
        return int(self.table.cleaned_data["revision"])

    @property
    def marks(self) -> TableMarks:
        said = self.table.cleaned_data
        columns = {column.name: Marks(**form.cleaned_data) for column, form in self.rows}
        return TableMarks(said["name"], said["description"], Table.Role(said["role"]), said["key_column"], columns)

    def refuse(self, error: Exception) -> None:
        """Shows what is wrong; if someone else saved meanwhile, also theirs, which the next save replaces."""
        self.table.add_error(None, str(error))
        if isinstance(error, MarksConflictError):
            changes = self.marks.changes_from(TableMarks.of(self.present))
            self.differences.extend((name, theirs, mine) for name, (theirs, mine) in changes.items())


def _marks_form(column: Column, data: Any) -> MarksForm:
    initial = {
        "semantic": column.semantic,
        "is_pii": column.is_pii,
        "not_for_activation": column.not_for_activation,
    }
    return MarksForm(data, initial=initial, prefix=f"column-{column.pk}")
