"""What uses something that is to be deleted, naming only what the person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import ProtectedError
from django.db.models.deletion import Collector

from customer360 import usage

if TYPE_CHECKING:
    from typing import Any

    from accounts.access import Access
    from destinations.models import DataTemplate
    from destinations.orchestrations.querysets import OrchestrationQuerySet
    from destinations.querysets import DataTemplateQuerySet, DestinationQuerySet

    Users = DestinationQuerySet[Any] | DataTemplateQuerySet[Any] | OrchestrationQuerySet[Any]


def in_words(users: Users, access: Access) -> str:
    """“Lists”, “Offers”, something that you may not see; empty when there are none."""
    return usage.listed([f"“{each}”" for each in users.visible_to(access)], of=users.count())


def is_used_in_campaigns(template: DataTemplate) -> bool:
    """Whether campaigns send with it; this app may not import them to ask."""
    try:
        Collector(using=template.orchestrations.db, origin=template).collect([template])
    except ProtectedError as error:
        return len(error.protected_objects) > template.orchestrations.count()
    return False
