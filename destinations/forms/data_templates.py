from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.db.models import Model
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from destinations.errors import NameTemplateError
from destinations.forms.mapping import MappingField
from destinations.forms.setup import SetupForm
from destinations.list_names import NEEDED_BY_CAMPAIGNS, VARIABLES, preview
from destinations.models import AccountFields, DataTemplate, Destination
from destinations.services.account_fields import kept_account_fields
from destinations.services.data_templates import (
    EMAIL_TO_EMAIL,
    DataTemplateDraft,
    check_data_template,
    column_problems,
    name_problems,
    save_data_template,
)
from destinations.sources import columns_for_templates, sources_of
from ui import formats

if TYPE_CHECKING:
    from accounts.models import User


# The fields whose errors are shown during editing.
TOLD_AT_ONCE = ("list_name", "property_name", "columns")


class NameTemplateWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # unfold has no types
    """A name with variables: buttons insert them, and the resulting name is shown while typing."""

    template_name = "destinations/widgets/name_template.html"

    class Media:
        js = (forms.Script("destinations/name-template.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        needed = [variable.placeholder for variable in VARIABLES if variable.name in NEEDED_BY_CAMPAIGNS]
        return {**context, "variables": VARIABLES, "needed": needed, "preview": _preview(value)}


def _preview(template: Any) -> str:
    try:
        return preview(str(template)) if template else ""
    except NameTemplateError:
        return ""


def _origin(destination: Destination, kept: AccountFields | None) -> str:
    """Whose properties are offered, and how old they are."""
    account = f"account {destination.credential.portal_id}, for the destination “{destination}”"
    if kept is None:
        return f"The properties of {account}, are not known yet."
    return f"Properties of {account}, read {formats.ago(kept.read_at)}."


class DataTemplateForm(SetupForm[DataTemplate]):
    identified_by = ("name", "destination")

    columns = MappingField(field_name=str, required=True, label="Columns that are sent")

    class Meta:
        model = DataTemplate
        fields = (
            "destination",
            "name",
            "description",
            "available_to_orchestrations",
            "available_to_campaigns",
            "access",
            "allow_business_users",
            "allow_restricted_pii",
            "lands_as",
            "list_name",
            "property_name",
        )
        widgets = {
            "destination": forms.HiddenInput,
            "list_name": NameTemplateWidget,
            "property_name": NameTemplateWidget,
        }
        help_texts = {
            "available_to_orchestrations": (
                "Results of queries and segments can be sent with it. A name that only campaigns can fill in is"
                " then given in the orchestration."
            ),
            "available_to_campaigns": (
                "Treatment groups can be sent with it; names then need {{ campaign_name }} and {{ group_name }}."
            ),
            "access": "Who may use it: everyone who may use the destination, or as set here.",
            "lands_as": "What an audience becomes in the account.",
            "list_name": "An existing list or a new one. Empty: it is entered in the orchestration.",
            "property_name": "The contact property that says realized, existing or exited. Created when missing.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.freeze("destination")
        self.destination = self._destination()
        if self.destination is not None:
            self._offer_columns(self.destination)

    def _destination(self) -> Destination | None:
        """The destination of the template being changed, or of a new one; always one that the field offers."""
        if self.stored:
            return cast("Destination", self.stored.destination)
        chosen = self.data.get(self.add_prefix("destination")) or self.initial.get("destination")
        key = str(chosen.pk if isinstance(chosen, Model) else chosen)
        offered: Any = self.fields["destination"]
        return cast("Destination | None", offered.queryset.with_typed_id(key).first())

    def _offer_columns(self, destination: Destination) -> None:
        kept = kept_account_fields(destination.credential)
        accounts = destination.plugin.accounts
        field = MappingField(field_name=accounts.field_name, required=True, label="Columns that are sent")
        field.offer(
            sources=columns_for_templates(), fields=kept.all() if kept else [], identity=accounts.identity_field
        )
        field.widget.origin = _origin(destination, kept)
        field.widget.check_address = self._check_address()
        self.fields["columns"] = field
        self.initial.setdefault("columns", self._stored_columns())

    def _check_address(self) -> str:
        stored = f"?template={self.stored.pk}" if self.stored else ""
        return reverse("admin:destinations_datatemplate_check") + stored

    def _stored_columns(self) -> list[dict[str, Any]]:
        columns = self.stored.column_mappings() if self.stored else [EMAIL_TO_EMAIL]
        return [column.model_dump(mode="json") for column in columns]

    @property
    def draft(self) -> DataTemplateDraft:
        entered = {name: self.cleaned_data[name] for name in DataTemplateForm.Meta.fields}
        return DataTemplateDraft(**entered, columns=tuple(self.cleaned_data["columns"]))

    def problems_so_far(self) -> list[str]:
        """What is wrong with names and mapping, even while other fields are missing."""
        entered = {
            name: value for name, value in self.cleaned_data.items() if name in DataTemplateForm.Meta.fields
        }
        columns = self.cleaned_data.get("columns")
        draft = DataTemplateDraft(
            **{"name": "", **entered, "destination": self.destination}, columns=tuple(columns or ())
        )
        own = [str(message) for name in TOLD_AT_ONCE for message in self.errors.get(name, [])]
        mapping = column_problems(draft, sources_of(columns)) if columns else []
        return list(dict.fromkeys([*own, *name_problems(draft).values(), *mapping]))

    def check(self) -> None:
        for name, problem in name_problems(self.draft).items():
            self.add_error(name, problem)
        if not self.errors:
            check_data_template(self.draft, sources_of(self.draft.columns))

    def store(self, actor: User) -> DataTemplate:
        draft = self.draft
        return save_data_template(
            draft=draft,
            template=self.stored,
            revision=self.cleaned_data["seen_revision"],
            actor=actor,
            sources=sources_of(draft.columns),
        )
