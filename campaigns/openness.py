"""How destinations are named to a person: of one that is not open to them, only its existence is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from destinations.models import DataTemplate

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.access import Access

CLOSED = "A destination you have no access to"


@dataclass(frozen=True, slots=True)
class Names:
    """`open_ids` are the data templates that are open to the reader."""

    open_ids: Collection[int]

    @classmethod
    def for_reader(cls, access: Access) -> Names:
        return cls(frozenset(DataTemplate.objects.visible_to(access).values_list("pk", flat=True)))

    def destination(self, template: DataTemplate) -> str:
        return str(template.destination) if template.pk in self.open_ids else CLOSED

    def place(self, template: DataTemplate) -> str:
        """The destination and the data template."""
        return f"{template.destination} · {template}" if template.pk in self.open_ids else CLOSED
