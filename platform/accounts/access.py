"""What one person may do in one tenant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from accounts.errors import ActionRefused
from accounts.models import Membership
from accounts.policies import Action, Option, Policy, action_named, allowed_actions
from accounts.querysets import tenants_of
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from accounts.models import User
    from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an action was refused: the policies that would allow it, or the options that take it away."""

    action: Action
    policies: tuple[Policy, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Access:
    """The rights of one person in one tenant. Without a membership: none, unless platform staff."""

    membership: Membership | None
    is_superuser: bool = False

    @property
    def is_member(self) -> bool:
        return self.membership is not None or self.is_superuser

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        if self.is_superuser:
            return (Policy.DATAGRID_ADMINISTRATOR,)
        return tuple(map(Policy, self.membership.policies)) if self.membership else ()

    @cached_property
    def options(self) -> tuple[Option, ...]:
        if self.is_superuser or self.membership is None:
            return ()
        return tuple(map(Option, self.membership.options))

    @cached_property
    def actions(self) -> frozenset[str]:
        return allowed_actions(self.policies, self.options)

    def can(self, action: str) -> bool:
        """Raises UnknownActionError for an action that does not exist."""
        return action_named(action).name in self.actions

    def require(self, action: str) -> None:
        """Raises ActionRefused, which becomes the 403 page, if the action is not allowed."""
        if not self.can(action):
            raise ActionRefused(self.refusal(action))

    @property
    def restricted_pii(self) -> bool:
        """Values of PII columns are redacted for this person, and they may not send them."""
        return not self.can("pii:view")

    def missing_policies(self, action: str) -> tuple[Policy, ...]:
        """The policies any one of which would allow the action; none when an option takes it away."""
        return self.refusal(action).policies

    def refusal(self, action: str) -> Refusal:
        wanted = action_named(action)
        denying = tuple(option for option in self.options if option in wanted.denying)
        would_allow = () if denying else tuple(policy for policy in Policy if wanted.allowed_by(policy))
        return Refusal(wanted, would_allow, denying)


NO_ACCESS = Access(membership=None)


def access_of(user: User, tenant: Tenant) -> Access:
    """What this person may do in this tenant now; an inactive person may do nothing."""
    if not user.is_active:
        return NO_ACCESS
    with tenant_scope(tenant):
        membership = Membership.objects.filter(user=user).first()
    return Access(membership, is_superuser=user.is_superuser)


def tenants_where(user: User, action: str) -> list[Tenant]:
    """The tenants in which this person may do it, by name; read inside their user_scope."""
    tenants = list(tenants_of(user))
    if user.is_superuser:
        return tenants
    memberships = Membership.everywhere.filter(user=user)
    allowed = {each.tenant_id for each in memberships if Access(each).can(action)}
    return [tenant for tenant in tenants if tenant.pk in allowed]


def people_who_can(action: str) -> list[User]:
    """The active members of the active tenant whose policies allow the action."""
    members = Membership.objects.filter(user__is_active=True).select_related("user")
    return [membership.user for membership in members if Access(membership).can(action)]
