"""Edit attributes: what one group's destination is sent about each customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from campaigns.attributes import EMAIL, Attribute
from campaigns.audience.sources import attribute_problems, attribute_tables
from campaigns.editor.errors import ChangeRefusedError
from campaigns.editor.posted import GONE, found, group_of
from destinations.errors import NameTemplateError
from destinations.mapping_checks import mapping_problems
from destinations.mappings import ColumnMapping
from destinations.services.account_fields import kept_account_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campaigns.editor.content import Content, Group, Part
    from campaigns.editor.posted import Posted
    from customer360.models import Table
    from destinations.models import DataTemplate
    from destinations.plugins import AccountField, Accounts

REQUIRED = "required"
MOST_ROWS = 200


@dataclass(frozen=True)
class AttributePanel:
    """`problems` are those of posted values; a panel that was only opened has none."""

    part: Part
    group: Group
    template: DataTemplate
    rows: Sequence[Attribute]
    problems: Sequence[str] = ()

    @cached_property
    def sources(self) -> list[tuple[str, list[str]]]:
        """Tables with the columns that can be sent."""
        return [(table.name, _sendable(table)) for table in attribute_tables()]

    @cached_property
    def fields(self) -> list[AccountField]:
        """The fields of the account at the destination; empty while they have never been read."""
        kept = kept_account_fields(self.template.destination.credential)
        return [field for field in kept.all() if field.name != EMAIL] if kept else []

    @property
    def field_names(self) -> set[str]:
        return {field.name for field in self.fields}


def opened(content: Content, posted: Posted) -> AttributePanel:
    """Raises ChangeRefusedError when the destination is no longer the group's."""
    part, group, template = _place(content, posted)
    assigned = next(each for each in group.destinations if each.template == template.pk)
    return AttributePanel(part, group, template, assigned.attributes)


def filled(content: Content, posted: Posted) -> AttributePanel:
    """The panel with the posted values and what is wrong with them."""
    part, group, template = _place(content, posted)
    rows = posted_attributes(posted, template)
    panel = AttributePanel(part, group, template, rows)
    return AttributePanel(part, group, template, rows, _problems(panel))


def posted_attributes(posted: Posted, template: DataTemplate) -> tuple[Attribute, ...]:
    """The e-mail address is always required; incomplete rows are left out."""
    accounts = template.destination.plugin.accounts
    values = [posted.values.getlist(name) for name in ("target", "source", "status")]
    if len(values[0]) > MOST_ROWS:
        raise ChangeRefusedError(f"At most {MOST_ROWS} attributes can be sent. The attributes are as they were.")
    rows = []
    for target, source, status in zip(*values, strict=False):
        table, _, column = source.partition(".")
        name = _as_named(target.strip(), accounts)
        if name and column:
            is_required = status == REQUIRED or name == EMAIL
            rows.append(
                Attribute(
                    destination_attribute=name,
                    source_table=table,
                    source_attribute=column,
                    required=is_required,
                )
            )
    return tuple(rows)


def _place(content: Content, posted: Posted) -> tuple[Part, Group, DataTemplate]:
    part = found(content.part(posted.number("part")))
    group, template = (
        group_of(part, posted.number("group")),
        posted.choices.open_template(posted.number("template")),
    )
    if template is None or template.pk not in group.templates:
        raise ChangeRefusedError(GONE)
    return part, group, template


def _problems(panel: AttributePanel) -> list[str]:
    accounts = panel.template.destination.plugin.accounts
    names = [row.destination_attribute for row in panel.rows]
    misnamed = {name: problem for name in names if (problem := _name_problem(name, accounts))}
    columns = [
        ColumnMapping(source=row.source_attribute, target=row.destination_attribute)
        for row in panel.rows
        if row.destination_attribute not in misnamed
    ]
    fields = {field.name: field for field in panel.fields}
    ends = mapping_problems(columns, identity=accounts.identity_field, fields=fields, sources={})
    return [*misnamed.values(), *ends, *attribute_problems(panel.rows)]


def _as_named(typed: str, accounts: Accounts) -> str:
    """The field's name at the destination; what can't be one stays as it was typed, to be corrected."""
    return typed if not typed or _name_problem(typed, accounts) else accounts.field_name(typed)


def _name_problem(name: str, accounts: Accounts) -> str:
    try:
        accounts.field_name(name)
    except NameTemplateError as error:
        return str(error)
    return ""


def _sendable(table: Table) -> list[str]:
    return [
        column.name for column in table.columns.all() if not column.companion_of and not column.not_for_activation
    ]
