"""Invitations: a signed link that works once, for a limited time, and only for the address it was sent to."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare

from accounts.access import access_of
from accounts.errors import ActionRefused, InvitationError, MembershipError
from accounts.grants import Grant, refuse_beyond_own
from accounts.models import Invitation, Membership, User
from accounts.services import create_person
from audit.services import record
from runtime import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tenants.urls import global_reverse

if TYPE_CHECKING:
    from datetime import datetime

LIFETIME = timedelta(days=7)
SALT = "accounts.invitations"


@transaction.atomic
def invite(*, email: str, grant: Grant, actor: User | None) -> Invitation:
    """Sends an invitation to the active tenant; it replaces an open one to the same address.

    Raises MembershipError for rights beyond the actor's own, InvitationError for someone who is a member already
    or when the e-mail cannot be sent; nothing is saved then.
    """
    email = email.strip().lower()
    refuse_beyond_own(actor, grant)
    if Membership.objects.filter(user__email=email).exists():
        raise InvitationError(f"{email} is a member already. Change their policies instead.")
    secret = secrets.token_urlsafe(32)
    invitation, _created = Invitation.objects.update_or_create(
        email=email,
        accepted_at=None,
        defaults={
            **grant.as_fields(),
            "secret_hash": _hash(secret),
            "invited_by": actor,
            "created_at": clock.now(),
            "expires_at": clock.now() + LIFETIME,
        },
    )
    record(action="invitation:sent", subject=invitation, actor=actor, changes=grant.as_fields())
    _send(invitation, secret)
    return invitation


def invite_again(*, invitation: Invitation, actor: User | None) -> Invitation:
    """A new link with the same rights; the old link stops working."""
    return invite(email=invitation.email, grant=Grant.held_by(invitation), actor=actor)


@transaction.atomic
def withdraw(*, invitation: Invitation, actor: User | None) -> None:
    """The link stops working. Withdrawing an invitation accepted meanwhile changes nothing."""
    refuse_beyond_own(actor, Grant.held_by(invitation))
    deleted, _rows = Invitation.objects.pending().filter(pk=invitation.pk).delete()
    if deleted:
        record(action="invitation:withdrawn", subject=invitation, actor=actor)


def find(token: str) -> tuple[Tenant, Invitation]:
    """What a link offers.

    Raises InvitationError if it is forged, used, withdrawn or too old, or if whoever sent it could not do so now.
    """
    try:
        tenant_id, invitation_id, secret = signing.loads(token, salt=SALT, max_age=LIFETIME)
        tenant = Tenant.objects.get(pk=tenant_id)
    except (signing.BadSignature, Tenant.DoesNotExist):
        raise InvitationError(DEAD_LINK) from None
    with tenant_scope(tenant):
        pending = Invitation.objects.pending().select_related("invited_by")
        invitation = pending.filter(pk=invitation_id).first()
        if invitation is None or invitation.has_expired or not _fits(invitation, secret):
            raise InvitationError(DEAD_LINK)
        _require_still_meant(invitation, tenant)
    return tenant, invitation


def _require_still_meant(invitation: Invitation, tenant: Tenant) -> None:
    """An invitation must not outlive the rights of whoever sent it: it would be a way back in."""
    sender = invitation.invited_by
    if sender is None:
        return
    try:
        access_of(sender, tenant).require("user:manage")
        refuse_beyond_own(sender, Grant.held_by(invitation))
    except (ActionRefused, MembershipError) as error:
        raise InvitationError(
            "The person who sent this invitation may no longer invite people. Ask for a new one."
        ) from error


@transaction.atomic
def accept(*, token: str, user: User) -> Tenant:
    """The person becomes a member, once. Raises InvitationError for a dead link and for somebody else's."""
    tenant, found = find(token)
    with tenant_scope(tenant):
        invitation = Invitation.objects.pending().select_for_update().filter(pk=found.pk).first()
        if invitation is None:
            raise InvitationError(DEAD_LINK)
        if invitation.email != user.email:
            raise InvitationError(
                "This invitation is for another address. Sign in with the one that it was sent to."
            )
        grant = Grant.held_by(invitation).as_fields()
        Membership.objects.get_or_create(user=user, defaults=grant)
        invitation.accepted_at = clock.now()
        invitation.save(update_fields=["accepted_at"])
        record(action="invitation:accepted", subject=invitation, actor=user, changes=grant)
    return tenant


@transaction.atomic
def accept_as_new_person(*, token: str, name: str, password: str) -> tuple[User, Tenant]:
    """Creates the person to whom the link was sent, which proves the address, and makes them a member.

    Raises InvitationError for a dead link, and when somebody signs in with that address already.
    """
    _tenant, invitation = find(token)
    if User.objects.filter(email=invitation.email).exists():
        raise InvitationError("This address already has an account. Sign in to accept the invitation.")
    user = create_person(email=invitation.email, name=name, password=password)
    return user, accept(token=token, user=user)


DEAD_LINK = "This invitation no longer works: it was used or withdrawn, or it has expired. Ask for a new one."


def _send(invitation: Invitation, secret: str) -> None:
    token = signing.dumps([invitation.tenant_id, invitation.pk, secret], salt=SALT)
    context = {
        "tenant": invitation.tenant,
        "invited_by": invitation.invited_by,
        "link": settings.PUBLIC_URL.rstrip("/") + global_reverse("accept_invitation", token),
        "days": LIFETIME.days,
    }
    body = render_to_string("accounts/email/invitation.txt", context)
    try:
        send_mail(f"Join {invitation.tenant} on Muster", body, None, [invitation.email])
    except OSError as error:
        raise InvitationError(
            "The invitation could not be sent by e-mail, so nothing was saved. Try again in a minute."
        ) from error


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _fits(invitation: Invitation, secret: str) -> bool:
    return constant_time_compare(invitation.secret_hash, _hash(secret))


def remove_unaccepted(before: datetime) -> None:
    """Those that expired before and that nobody accepted."""
    Invitation.objects.pending().filter(expires_at__lt=before).delete()
