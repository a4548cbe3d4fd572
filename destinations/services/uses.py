"""What is set up with something that is to be deleted, in words: named to whoever may see it, else counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import ProtectedError
from django.db.models.deletion import Collector

if TYPE_CHECKING:
    from typing import Any

    from accounts.access import Access
    from destinations.models import DataTemplate
    from destinations.orchestrations.querysets import OrchestrationQuerySet
    from destinations.querysets import DataTemplateQuerySet, DestinationQuerySet

    Users = DestinationQuerySet[Any] | DataTemplateQuerySet[Any] | OrchestrationQuerySet[Any]


def in_words(users: Users, access: Access) -> str:
    """“Lists”, “Offers” and 2 that are not open to you; nothing when there are none."""
    seen = [f"“{each}”" for each in users.visible_to(access)]
    hidden = users.count() - len(seen)
    named = ", ".join(seen)
    if not hidden:
        return named
    closed = f"{hidden} that {'is' if hidden == 1 else 'are'} not open to you"
    return f"{named} and {closed}" if named else closed


def times_in_campaigns(template: DataTemplate) -> int:
    """How often campaigns send with it, which this app may not ask them."""
    try:
        Collector(using=template.orchestrations.db, origin=template).collect([template])
    except ProtectedError as error:
        return len(error.protected_objects) - template.orchestrations.count()
    return 0
