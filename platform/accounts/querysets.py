from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Membership
from tenants.models import Tenant

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


def tenants_of(user: User) -> QuerySet[Tenant]:
    """The tenants this person may enter, read inside their user_scope; platform staff may enter any."""
    if user.is_superuser:
        return Tenant.objects.all()
    return Tenant.objects.filter(pk__in=Membership.everywhere.filter(user=user).values("tenant"))
