"""Which destinations send columns of a table, for `customer360`, which may not import this app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.usage import Use
from destinations.models import DataTemplate, Destination
from destinations.sources import DEFAULT_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.access import Access
    from customer360.models import Table


def destinations_sending(table: Table, access: Access | None) -> Iterator[Use]:
    """Destinations with default attributes of the table; data templates name the columns of the default table."""
    destinations = Destination.objects.visible_to(access) if access else Destination.objects.all()
    for destination in destinations.filter(default_attributes__source_table=table.name).distinct():
        yield Use("Destination", destination.name)
    if table.name == DEFAULT_TABLE:
        templates = DataTemplate.objects.visible_to(access) if access else DataTemplate.objects.all()
        yield from (Use("Data template", template.name) for template in templates)
