"""What a page may say of a delivery to the person who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from accounts.access import Access
    from destinations.delivery.models import Delivery

register = template.Library()


@register.filter
def withheld_from(delivery: Delivery, access: Access) -> bool:
    """Whether this person may learn neither who is in its audience nor how many."""
    return delivery.is_withheld_from(access)
