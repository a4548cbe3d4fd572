from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.errors import RightsChangedError
from accounts.grants import Grant, refuse_beyond_own, refuse_last_administrator
from accounts.models import Membership, User
from audit.services import record
from tenants.models import Tenant
from tenants.scope import tenant_scope


@transaction.atomic
def create_tenant(*, slug: str, name: str, time_zone: str, currency: str) -> Tenant:
    """The tenant with this slug, created if there is none; an existing one stays as it is."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        tenant = Tenant(slug=slug, name=name, time_zone=time_zone, currency=currency)
        tenant.full_clean()
        tenant.save()
        with tenant_scope(tenant):
            record(action="tenant:created", subject=tenant, actor=None)
    return tenant


@transaction.atomic
def create_person(*, email: str, name: str, password: str) -> User:
    """A person who can sign in at once: the caller knows that the address is theirs."""
    user = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def add_member(*, user: User, grant: Grant, actor: User | None) -> Membership:
    """A membership of the active tenant; somebody who has one keeps it as it is."""
    refuse_beyond_own(actor, grant)
    membership, created = Membership.objects.get_or_create(user=user, defaults=grant.as_fields())
    if created:
        record(action="membership:added", subject=membership, actor=actor, changes=grant.as_fields())
    return membership


@transaction.atomic
def change_rights(*, membership: Membership, grant: Grant, actor: User | None, seen: str = "") -> None:
    """Raises MembershipError for rights beyond the actor's own, before or after, and for a last administrator;
    RightsChangedError when `seen`, the words of the rights that the actor saw, no longer hold.
    """
    membership = _locked(membership)
    before = Grant.held_by(membership)
    if seen and seen != before.words:
        raise RightsChangedError(
            f"Someone else changed this while you were editing. {membership} now has: {before.words}."
            " Save again to replace it with yours."
        )
    if grant == before:
        return
    refuse_beyond_own(actor, before, grant)
    if not grant.administers:
        refuse_last_administrator(membership)
    membership.policies, membership.options = grant.as_fields().values()
    membership.save(update_fields=["policies", "options"])
    changes = {"before": before.as_fields(), "after": grant.as_fields()}
    record(action="membership:changed", subject=membership, actor=actor, changes=changes)


@transaction.atomic
def remove_member(*, membership: Membership, actor: User | None) -> None:
    """The person keeps their sign-in and other tenants. Raises MembershipError as change_rights does."""
    membership = _locked(membership)
    held = Grant.held_by(membership)
    refuse_beyond_own(actor, held)
    refuse_last_administrator(membership)
    record(action="membership:removed", subject=membership, actor=actor, changes=held.as_fields())
    membership.delete()


def _locked(membership: Membership) -> Membership:
    """The membership as it is now; until commit, nobody else changes rights in this tenant.

    Otherwise two administrators could remove each other at once.
    """
    Tenant.objects.select_for_update(no_key=True).get(pk=membership.tenant_id)
    return Membership.objects.select_related("user").get(pk=membership.pk)
