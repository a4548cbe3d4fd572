from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from destinations.errors import ChangedMeanwhileError, MappingError, SetupError
from destinations.forms.mapping import MappingField, MappingWidget
from destinations.services.account_fields import kept_account_fields
from destinations.services.attributes import (
    AttributeDraft,
    save_default_attributes,
    source_choices,
    source_key,
)
from destinations.sources import DEFAULT_TABLE, has_one_row_each, tables_of_attributes

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User
    from customer360.models import Table
    from destinations.mappings import ColumnMapping
    from destinations.models import Destination


IDENTITY_ROW = {"source": source_key(DEFAULT_TABLE, "email"), "target": "email"}


class AttributesWidget(MappingWidget):
    """The same rows in the business users' style; empty values are decided where the attributes are used."""

    template_name = "destinations/widgets/attributes.html"
    input_classes = "input"
    spare_rows = 1
    use_fieldset = True


class DefaultAttributesForm(forms.Form):
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    attributes = MappingField(field_name=str, widget=AttributesWidget, required=True)

    def __init__(self, *args: Any, destination: Destination, **kwargs: Any) -> None:
        self.destination = destination
        rows = [
            {"source": source_key(kept.source_table, kept.source_attribute), "target": kept.destination_attribute}
            for kept in destination.default_attributes.all()
        ]
        kwargs["initial"] = {"seen_revision": destination.revision, "attributes": rows or [IDENTITY_ROW]}
        super().__init__(*args, **kwargs)
        self.fields["attributes"] = self._attributes_field()

    def _attributes_field(self) -> MappingField:
        kept = kept_account_fields(self.destination.credential)
        field = MappingField(
            field_name=self.destination.plugin.accounts.field_name,
            widget=AttributesWidget,
            error_messages={"required": "At least the e-mail address is sent."},
        )
        identity = self.destination.plugin.accounts.identity_field
        labels = {table.name: _label(table) for table in tables_of_attributes()}
        sources = {labels[name]: columns for name, columns in source_choices().items()}
        field.offer(sources=sources, fields=kept.all() if kept else [], identity=identity)
        return field

    def save(self, actor: User) -> bool:
        """Returns whether they were saved; if not, the form says why."""
        try:
            save_default_attributes(
                destination=self.destination,
                attributes=[_draft(column) for column in self.cleaned_data["attributes"]],
                actor=actor,
                revision=self.cleaned_data["seen_revision"],
            )
        except MappingError as error:
            self.add_error("attributes", error.problems)
        except ChangedMeanwhileError as error:
            self._show_theirs(error)
        except SetupError as error:
            self.add_error(None, error.message)
        return not self.errors

    def _show_theirs(self, error: ChangedMeanwhileError) -> None:
        """Saving again then replaces what is stored, which the person has now seen."""
        self.destination.refresh_from_db()
        answered = cast("QueryDict", self.data).copy()
        answered["seen_revision"] = str(self.destination.revision)
        self.data = answered
        theirs = ", ".join(str(kept) for kept in self.destination.default_attributes.all())
        stored = f"They are now: {theirs or 'none'}. Save again to replace them with yours."
        self.add_error(None, [error.message, stored])


def _label(table: Table) -> str:
    """The label in the drop-down of source tables."""
    return table.name if has_one_row_each(table) else f"{table.name} (the latest row of each customer)"


def _draft(column: ColumnMapping) -> AttributeDraft:
    table, _, name = column.source.partition(".")
    return AttributeDraft(source_table=table, source_attribute=name, destination_attribute=column.target)
