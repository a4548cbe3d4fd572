"""What the delivery engine is told about a destination and a data template: values made from rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.specs import (
    AccountRef,
    ConnectorSettings,
    FieldMapping,
    Guards,
    ListLanding,
    MappingSpec,
    StatusLanding,
    TargetSpec,
)
from destinations.errors import NameTemplateError
from destinations.list_names import render, variables_of
from destinations.mappings import WhenEmpty
from destinations.plugins import AccountField, CredentialKind
from destinations.services.account_fields import kept_by_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from destinations.mappings import ColumnMapping
    from destinations.models import DataTemplate, Destination


def connector_settings(destination: Destination) -> ConnectorSettings:
    credential, wanted = destination.credential, destination.connector_settings()
    allowance = destination.plugin.accounts.allowance(CredentialKind(credential.kind))
    own_limits = {
        "reserve": 1 - wanted.quota_share / 100,
        "daily": wanted.daily_calls or allowance.daily,
        "time_zone": credential.time_zone,
    }
    return ConnectorSettings(
        account=AccountRef(kind=destination.plugin_key, account=str(credential.portal_id), app=credential.app_id),
        credential=credential.pk,
        destination=destination.name,
        destination_id=destination.pk,
        create_missing=wanted.create_new_contacts,
        allowance=allowance.model_copy(update=own_limits),
    )


def guards(destination: Destination) -> Guards:
    return destination.connector_settings().guards


def target_spec(
    template: DataTemplate, variables: Mapping[str, str], *, list_name: str = "", property_name: str = ""
) -> TargetSpec:
    """Where an audience lands. A name passed here is used where the template leaves its own open.

    Raises NameTemplateError when a name is missing or would be refused.
    """
    destination = template.destination
    in_list, in_property = None, None
    if template.lands_as_list:
        in_list = _list(destination, _name(template.list_name, list_name, variables))
    if template.lands_as_property:
        in_property = _status(destination, _name(template.property_name, property_name, variables))
    return TargetSpec(list=in_list, status=in_property)


def _name(of_template: str, given: str, variables: Mapping[str, str]) -> str:
    fits = of_template and variables_of(of_template) <= variables.keys()
    name = of_template if fits else given or of_template
    if not name:
        raise NameTemplateError("The data template leaves the name open: enter one here.")
    return render(name, variables)


def _list(destination: Destination, name: str) -> ListLanding:
    return ListLanding(name=name, foreign_members=destination.connector_settings().foreign_members)


def _status(destination: Destination, label: str) -> StatusLanding:
    return StatusLanding(field=destination.plugin.accounts.field_name(label), label=label)


def mapping_spec(
    template: DataTemplate, columns: Sequence[ColumnMapping] | None = None, *, pii: Collection[str] | None = None
) -> MappingSpec:
    """Which columns are sent: the template's own, or `columns` in place of its attributes.

    Identity always comes from the template. Columns outside `pii` are not personal data; with None, all are.
    """
    identity_field = template.destination.plugin.accounts.identity_field
    own = template.column_mappings()
    identity = next(column.source for column in own if column.target == identity_field)
    known = kept_by_name(template.destination.credential)
    attributes = [column for column in (own if columns is None else columns) if column.target != identity_field]
    return MappingSpec(
        identity=identity,
        fields=tuple(field_mapping(column, known.get(column.target), pii) for column in attributes),
        data_template=template.name,
        data_template_id=template.pk,
    )


def field_mapping(column: ColumnMapping, field: AccountField | None, pii: Collection[str] | None) -> FieldMapping:
    known = field or AccountField(name=column.target)
    return FieldMapping(
        column=column.source,
        field=column.target,
        kind=known.kind,
        options=tuple(option.value for option in known.options),
        pii=pii is None or column.source in pii,
        keep_when_empty=column.when_empty is WhenEmpty.LEAVE,
    )
