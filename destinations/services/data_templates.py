"""Data templates: checked against the account's fields and the data before they are saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.access import access_of
from audit.services import record
from destinations.delivery.models import Target
from destinations.errors import InUseError, MappingError, NameTemplateError
from destinations.list_names import check_template, missing_for_campaigns, preview, variables_of
from destinations.mapping_checks import mapping_problems
from destinations.mappings import ColumnMapping
from destinations.models import DataTemplate, Destination
from destinations.services.account_fields import kept_by_name
from destinations.services.destinations import require_scopes
from destinations.services.saving import save_setup
from destinations.services.uses import in_words, is_used_in_campaigns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.access import Access
    from accounts.models import User
    from destinations.mapping_checks import SourceColumn
    from destinations.models import Credential
    from destinations.plugins import AccountField

EMAIL_TO_EMAIL = ColumnMapping(source="email", target="email")


@dataclass(frozen=True, slots=True)
class DataTemplateDraft:
    destination: Destination
    name: str
    description: str = ""
    available_to_orchestrations: bool = True
    available_to_campaigns: bool = False
    access: str = DataTemplate.AccessRule.INHERITED
    allow_business_users: bool = False
    allow_restricted_pii: bool = False
    lands_as: str = DataTemplate.LandsAs.LIST
    list_name: str = ""
    property_name: str = ""
    columns: tuple[ColumnMapping, ...] = field(default=(EMAIL_TO_EMAIL,))

    @property
    def name_templates(self) -> dict[str, str]:
        """The names this way of landing needs, by field."""
        wanted = {
            "list_name": self.lands_as != DataTemplate.LandsAs.STATUS_PROPERTY,
            "property_name": self.lands_as != DataTemplate.LandsAs.LIST,
        }
        return {name: getattr(self, name) for name, needed in wanted.items() if needed}


def name_problems(draft: DataTemplateDraft) -> dict[str, str]:
    """What is wrong with the names, one sentence per field."""
    found = {name: _name_problem(draft, name, text) for name, text in draft.name_templates.items()}
    return {name: problem for name, problem in found.items() if problem}


def _name_problem(draft: DataTemplateDraft, name: str, text: str) -> str:
    missing = missing_for_campaigns(text) if draft.available_to_campaigns else []
    if missing:
        return f"Campaigns need {' and '.join(missing)} in the name, so that each group gets its own."
    try:
        if text:
            check_template(text)
            preview(text)
    except NameTemplateError as error:
        return error.message
    return _property_problem(draft) if text and name == "property_name" else ""


def _property_problem(draft: DataTemplateDraft) -> str:
    """What is wrong with the status property's name in the account, or with a property of that name."""
    credential = draft.destination.credential
    accounts = credential.plugin.accounts
    try:
        name = accounts.field_name(preview(draft.property_name))
    except NameTemplateError as error:
        return error.message
    if name in {column.target for column in draft.columns}:
        return f"“{name}” is where a column is sent. Choose another name for the status property."
    there = None if variables_of(draft.property_name) else kept_by_name(credential).get(name)
    if there and not accounts.takes_status(there) and not _is_ours(name, credential):
        return (
            f"The account has a property “{name}” that can't hold the status of an audience. Choose another name."
        )
    return ""


def _is_ours(field_name: str, credential: Credential) -> bool:
    """Whether a send of this tenant prepared the field before: it may complete the options again."""
    prepared = Target.objects.filter(prepared__isnull=False, kind=credential.plugin_key)
    return prepared.filter(account=str(credential.portal_id), spec__status__field=field_name).exists()


def column_problems(draft: DataTemplateDraft, sources: Mapping[str, SourceColumn]) -> list[str]:
    """What is wrong with the mapping, given the account's fields as last read and the columns that can be sent."""
    credential = draft.destination.credential
    return mapping_problems(
        draft.columns,
        identity=credential.plugin.accounts.identity_field,
        fields=kept_by_name(credential),
        sources=sources,
    )


def stored_problems(
    template: DataTemplate, *, fields: Mapping[str, AccountField], sources: Mapping[str, SourceColumn]
) -> list[str]:
    """What no longer fits in a saved mapping, given the account's fields and the columns that can be sent."""
    identity = template.destination.credential.plugin.accounts.identity_field
    return mapping_problems(template.column_mappings(), identity=identity, fields=fields, sources=sources)


def check_data_template(draft: DataTemplateDraft, sources: Mapping[str, SourceColumn]) -> None:
    """Raises NameTemplateError, MappingError, or AccountRejectedError when landing lacks a permission."""
    names = name_problems(draft)
    if names:
        raise NameTemplateError(" ".join(names.values()))
    problems = column_problems(draft, sources)
    if problems:
        raise MappingError(problems)
    for landing in draft.name_templates:
        require_scopes(draft.destination.credential, landing=LANDING_OF_NAME[landing])


LANDING_OF_NAME = {"list_name": "list", "property_name": "status_property"}


def save_data_template(
    *,
    draft: DataTemplateDraft,
    actor: User,
    template: DataTemplate | None = None,
    revision: int | None = None,
    sources: Mapping[str, SourceColumn] | None = None,
) -> DataTemplate:
    """Saves the draft. Raises what `check_data_template` and `save_setup` raise."""
    check_data_template(draft, sources or {})
    values: dict[str, Any] = {
        name: getattr(draft, name) for name in DataTemplateDraft.__dataclass_fields__ if name != "columns"
    }
    values["mapping"] = [column.model_dump(mode="json") for column in draft.columns]
    return save_setup(template or DataTemplate(), values, actor=actor, revision=revision)


@transaction.atomic
def delete_data_template(*, template: DataTemplate, actor: User) -> None:
    """Raises InUseError while campaigns or orchestrations use it."""
    stored = DataTemplate.objects.select_for_update().get(pk=template.pk)
    require_unused(stored, access_of(actor, stored.tenant))
    record(action="data_template:deleted", subject=stored, actor=actor)
    stored.delete()


def require_unused(template: DataTemplate, access: Access) -> None:
    """Raises InUseError with the orchestrations that send with it, as far as this person may see them."""
    orchestrations = in_words(template.orchestrations.all(), access)
    used = [f"by orchestrations: {orchestrations}"] if orchestrations else []
    used += ["in campaigns"] if is_used_in_campaigns(template) else []
    if used:
        raise InUseError(f"Used {'; '.join(used)}. Give these another data template first.")
