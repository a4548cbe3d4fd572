"""The attributes that a destination is sent unless a treatment group says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from audit.services import record
from customer360.models import Table
from destinations.delivery.specs import FieldKind
from destinations.errors import MappingError
from destinations.mapping_checks import SourceColumn, mapping_problems
from destinations.mappings import ColumnMapping
from destinations.models import DefaultAttribute
from destinations.services.account_fields import kept_by_name
from destinations.services.saving import lock_setup, touch
from destinations.sources import columns_of_table, tables_of_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from destinations.models import Destination
    from destinations.plugins import AccountField


@dataclass(frozen=True, slots=True)
class AttributeDraft:
    source_table: str
    source_attribute: str
    destination_attribute: str

    @property
    def source(self) -> str:
        return source_key(self.source_table, self.source_attribute)


def source_key(table: str, column: str) -> str:
    """A single text for a column of a table; a table's name contains no dot."""
    return f"{table}.{column}"


def source_choices() -> Mapping[str, Mapping[str, SourceColumn]]:
    """Columns that can be sent, by table and `source_key`."""
    return {
        table.name: {source_key(table.name, name): column for name, column in columns_of_table(table.name).items()}
        for table in tables_of_attributes()
    }


@transaction.atomic
def save_default_attributes(
    *, destination: Destination, attributes: Sequence[AttributeDraft], actor: User, revision: int | None = None
) -> None:
    """Saves exactly these. Raises MappingError when one can't be sent, ChangedMeanwhileError for a late save."""
    stored = lock_setup(destination, revision)
    _check(stored, attributes)
    before = [str(attribute) for attribute in stored.default_attributes.all()]
    stored.default_attributes.all().delete()
    kept = DefaultAttribute.objects.bulk_create(
        DefaultAttribute(
            destination=stored,
            source_table=attribute.source_table,
            source_attribute=attribute.source_attribute,
            destination_attribute=attribute.destination_attribute,
            position=position,
        )
        for position, attribute in enumerate(attributes)
    )
    touch(stored)
    changes = {
        "before": {"default_attributes": before},
        "after": {"default_attributes": [str(attribute) for attribute in kept]},
    }
    record(action="destination:changed", subject=stored, actor=actor, changes=changes)


def stored_attribute_problems(destination: Destination, *, fields: Mapping[str, AccountField]) -> list[str]:
    """What no longer fits in the saved attributes, given the account's fields."""
    stored = destination.default_attributes.all()
    return _problems(
        destination,
        [AttributeDraft(each.source_table, each.source_attribute, each.destination_attribute) for each in stored],
        fields,
    )


def _check(destination: Destination, attributes: Sequence[AttributeDraft]) -> None:
    problems = _problems(destination, attributes, kept_by_name(destination.credential))
    if problems:
        raise MappingError(problems)


def _problems(
    destination: Destination, attributes: Sequence[AttributeDraft], fields: Mapping[str, AccountField]
) -> list[str]:
    offered = source_choices()
    # While there is no data at all, no tables are known.
    astray = [entry for entry in attributes if offered and entry.source_table not in offered]
    known = {key: column for columns in offered.values() for key, column in columns.items()}
    told_once = {entry.source: SourceColumn(entry.source_attribute, FieldKind.TEXT) for entry in astray}
    mapping = mapping_problems(
        [ColumnMapping(source=entry.source, target=entry.destination_attribute) for entry in attributes],
        identity=destination.plugin.accounts.identity_field,
        fields=fields,
        sources=known | told_once,
    )
    return [*map(_no_source, dict.fromkeys(entry.source_table for entry in astray)), *mapping]


def _no_source(table: str) -> str:
    """Why a table can't be a source of attributes."""
    if Table.objects.filter(name=table).exists():
        return (
            f"“{table}” does not say whose each row is, so nothing of it can be sent about a customer. Mark its"
            " column with the customer's key in Customer 360, or choose another table."
        )
    return f"There is no table “{table}”. Choose another one."
