from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from customer360.semantics import Semantic
from customer360.words import word_of

if TYPE_CHECKING:
    from typing import Any

    from django.forms import BoundField
    from django.utils.safestring import SafeString

    from accounts.access import Access
    from customer360.imports.confirming import Confirmation
    from customer360.imports.proposing import Look
    from customer360.models import Table

register = template.Library()


@register.filter
def labelled(field: BoundField, row: str) -> SafeString:
    """The field's widget in a table, named by its column's head and its row for those who do not see either."""
    return field.as_widget(attrs={"aria-label": f"{field.label} {row}"})


@register.filter
def rows_with(confirmation: Confirmation, look: Look | None) -> list[Any]:
    """The columns to confirm, with examples where the file was looked at."""
    return confirmation.rows(look)


register.filter(word_of)


@register.filter
def withheld_from(table: Table, access: Access) -> bool:
    """Whether this person may see neither the table's rows nor their number."""
    return table.is_withheld_from(access)


@register.filter
def meaning(semantic: str) -> str:
    """A semantic in words; nothing for none."""
    return str(Semantic(semantic).label) if semantic else ""
