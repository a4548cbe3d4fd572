"""Connecting a credential by OAuth: a link for someone who can sign in at the destination, valid once, for a day.

The link's state is signed and names the tenant, because the address it returns to lies outside all tenants.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from django.conf import settings
from django.core import signing
from django.db import transaction

from accounts.access import access_of
from audit.services import record
from destinations.delivery.errors import DestinationError, TransientError
from destinations.errors import AuthorisationLinkError
from destinations.models import AuthorisationRequest, Credential
from destinations.plugins import CredentialKind
from destinations.services.attention import tell_of_recovery
from destinations.services.credentials import connected_values, read_account, require_same_account
from destinations.services.saving import save_setup
from destinations.services.tokens import Grant
from runtime import clock
from tenants.scope import tenant_scope
from tenants.urls import global_reverse

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

LINK_LIFETIME = timedelta(hours=24)
SIGNER = signing.Signer(salt="destinations.authorisation")


@dataclass(frozen=True, slots=True)
class AuthorisationLink:
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What comes back from the destination with the person: the tenant and the link."""

    tenant_id: int
    nonce: str

    def signed(self) -> str:
        return SIGNER.sign_object({"t": self.tenant_id, "n": self.nonce})

    @classmethod
    def read(cls, text: str) -> State:
        """Raises AuthorisationLinkError for anything that this installation did not sign."""
        try:
            content = SIGNER.unsign_object(text)
        except (signing.BadSignature, ValueError) as error:
            raise AuthorisationLinkError(
                "This link is incomplete or was not made here. Ask for a new one."
            ) from error
        return cls(tenant_id=content["t"], nonce=content["n"])


def redirect_uri() -> str:
    """One address for all tenants, as HubSpot wants it registered."""
    return str(settings.PUBLIC_URL).rstrip("/") + global_reverse("oauth_callback")


@transaction.atomic
def request_authorisation(*, credential: Credential, actor: User) -> AuthorisationLink:
    """A fresh link for someone who can sign in at the destination; earlier links stop working.

    Raises AuthorisationLinkError for a credential with a token, because a grant would replace it.
    """
    if credential.kind != CredentialKind.OAUTH:
        raise AuthorisationLinkError("Only credentials of the type OAuth are authorised by a link.")
    AuthorisationRequest.objects.filter(credential=credential, used_at=None).delete()
    request = AuthorisationRequest.objects.create(
        credential=credential,
        nonce=secrets.token_urlsafe(24),
        requested_by=actor,
        expires_at=clock.now() + LINK_LIFETIME,
    )
    record(action="authorisation_link:created", subject=credential, actor=actor)
    state = State(credential.tenant_id or 0, request.nonce).signed()
    url = credential.plugin.accounts.authorisation_url(state=state, redirect_uri=redirect_uri())
    return AuthorisationLink(url, request.expires_at)


def complete_authorisation(*, state: str, code: str) -> Credential:
    """Connects the credential: exchanges the code for a grant, reads the account, and stores both.

    Raises AuthorisationLinkError for a link that is foreign, expired, used or made by someone who may no longer
    manage credentials, and when the destination does not confirm; AccountRejectedError when it opens another
    account than before. In these cases nothing has changed.
    """
    found = State.read(state)
    with tenant_scope(found.tenant_id):
        request = _claim(found.nonce)
        actor = _requester(request)
        credential: Credential = request.credential
        grant = _exchange(credential, code)
        account = read_account(credential.plugin_key, grant.access_token, CredentialKind.OAUTH)
        require_same_account(credential, account)
        values = connected_values(account, connected_by=str(actor)) | {"secret": grant.sealed()}
        connected = save_setup(credential, values, actor=actor)
        tell_of_recovery(connected)
        return connected


def decline_authorisation(*, state: str) -> Credential:
    """The person declined: the link is used up, nothing else changes. Raises AuthorisationLinkError."""
    found = State.read(state)
    with tenant_scope(found.tenant_id):
        credential: Credential = _claim(found.nonce).credential
    return credential


def _claim(nonce: str) -> AuthorisationRequest:
    """Marks the request as used and returns it: only one of two callbacks with the same link gets it."""
    now = clock.now()
    open_requests = AuthorisationRequest.objects.filter(nonce=nonce, used_at=None, expires_at__gt=now)
    if open_requests.update(used_at=now) != 1:
        _refuse_link(nonce)
    return AuthorisationRequest.objects.select_related("credential", "requested_by", "tenant").get(nonce=nonce)


def _refuse_link(nonce: str) -> NoReturn:
    request = AuthorisationRequest.objects.filter(nonce=nonce).first()
    if request is None:
        raise AuthorisationLinkError("This link was replaced by a newer one. Ask for the newest link.")
    if request.used_at:
        raise AuthorisationLinkError("This link has already been used. Ask for a new one if you still need it.")
    raise AuthorisationLinkError("This link has expired. Ask for a new one.")


def _exchange(credential: Credential, code: str) -> Grant:
    name = credential.plugin.name
    try:
        tokens = credential.plugin.accounts.exchange_code(code=code, redirect_uri=redirect_uri())
    except TransientError as error:
        message = f"{name} could not confirm the authorisation just now. Ask for a new link and try again."
        raise AuthorisationLinkError(message) from error
    except DestinationError as error:
        message = f"{name} did not confirm the authorisation: {error.message} Ask for a new link."
        raise AuthorisationLinkError(message) from error
    return Grant.of(tokens)


def _requester(request: AuthorisationRequest) -> User:
    """The person who made the link, if they still could: a link must not outlive the rights it is based on."""
    maker: User | None = request.requested_by
    if maker is None or not access_of(maker, request.tenant).can("credential:manage"):
        raise AuthorisationLinkError(
            "The person who made this link may no longer connect accounts. Ask for a new one."
        )
    return maker
