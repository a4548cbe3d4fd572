from __future__ import annotations

from typing import TYPE_CHECKING

from accounts import invitations
from accounts.grants import Grant
from accounts.models import Invitation, Membership
from accounts.policies import Policy
from tenants.models import Retention
from tests.access.making import made_for

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("users/<int:pk>/")
def membership(cast: Cast) -> Membership:
    return Membership.objects.get(user=cast["ampiq_user_read_only"])


@made_for("users/invitations/")
def invitation(cast: Cast) -> Invitation:
    grant = Grant.of([Policy.AMPIQ_USER_READ_ONLY])
    return invitations.invite(email="new@example.com", grant=grant, actor=None)


@made_for("admin/tenants/retention/")
def retention(cast: Cast) -> Retention:
    made, _created = Retention.objects.get_or_create(kind=Retention.Kind.NOTIFICATIONS, defaults={"days": 30})
    return made
