from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from customer360.semantics import Semantic
from customer360.words import word_of

if TYPE_CHECKING:
    from typing import Any

    from django.forms import BoundField
    from django.utils.safestring import SafeString

    from customer360.imports.confirming import Confirmation
    from customer360.imports.proposing import Look

register = template.Library()


@register.filter
def labelled(field: BoundField, row: str) -> SafeString:
    """The field's widget in a table, labelled by column header and row for people who can't see them."""
    return field.as_widget(attrs={"aria-label": f"{field.label} {row}"})


@register.filter
def rows_with(confirmation: Confirmation, look: Look | None) -> list[Any]:
    """The columns to confirm, with examples if the file was previewed."""
    return confirmation.rows(look)


register.filter(word_of)


@register.filter
def meaning(semantic: str) -> str:
    """A semantic in words; empty for none."""
    return str(Semantic(semantic).label) if semantic else ""
