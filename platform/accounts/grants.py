"""Who may change whose rights: nobody exceeds their own, and no tenant loses its last administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.access import access_of
from accounts.errors import MembershipError
from accounts.models import Membership
from accounts.policies import Option, Policy, actions, allowed_actions
from tenants.models import Tenant
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Rights, User


@dataclass(frozen=True, slots=True)
class Grant:
    """The rights that a membership or an invitation gives."""

    policies: frozenset[Policy]
    options: frozenset[Option]

    @classmethod
    def of(cls, policies: Iterable[str], options: Iterable[str] = ()) -> Grant:
        """Raises MembershipError without a policy; a full policy includes its read-only form."""
        chosen = {Policy(policy) for policy in policies}
        kept = frozenset(policy for policy in chosen if not (policy.is_read_only and policy.full_form in chosen))
        if not kept:
            raise MembershipError("Choose at least one policy.")
        return cls(kept, frozenset(map(Option, options)))

    @classmethod
    def held_by(cls, rights: Rights) -> Grant:
        return cls(frozenset(map(Policy, rights.policies)), frozenset(map(Option, rights.options)))

    @property
    def actions(self) -> frozenset[str]:
        return allowed_actions(self.policies, self.options)

    @property
    def administers(self) -> bool:
        return Policy.DATAGRID_ADMINISTRATOR in self.policies

    @property
    def words(self) -> str:
        """The rights as people read them; equal grants have equal words."""
        policies = [policy.label for policy in Policy if policy in self.policies]
        return ", ".join([*policies, *(option.label for option in Option if option in self.options)])

    def as_fields(self) -> dict[str, list[str]]:
        """In the order of Policy and Option, so that equal grants are stored alike."""
        return {
            "policies": [policy.value for policy in Policy if policy in self.policies],
            "options": [option.value for option in Option if option in self.options],
        }


def refuse_beyond_own(actor: User | None, *grants: Grant) -> None:
    """Raises MembershipError if a grant allows what the actor may not do; None is the installation itself."""
    if actor is None:
        return
    own = access_of(actor, Tenant.objects.get(pk=require_tenant_id())).actions
    beyond = sorted(set().union(*(grant.actions for grant in grants)) - own)
    if beyond:
        message = (
            f"You can only manage people with rights that you have. You lack: {actions()[beyond[0]].description}."
        )
        raise MembershipError(message)


def refuse_last_administrator(membership: Membership) -> None:
    """Raises MembershipError if nobody but this member administers the tenant and can sign in."""
    others = Membership.objects.administrators().exclude(pk=membership.pk)
    if Grant.held_by(membership).administers and not others.exists():
        message = f"{membership.user} is the only DataGrid Administrator. Make someone else one first."
        raise MembershipError(message)
