"""Credentials: tested before they are stored, never shown again, deleted only when unused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.access import access_of
from audit.services import record
from destinations.delivery.errors import AuthorisationError, PermanentError, TransientError
from destinations.encryption import Secret
from destinations.errors import (
    AccountRejectedError,
    AccountUnreachableError,
    InUseError,
    SecretUnreadableError,
)
from destinations.models import Credential
from destinations.plugins import AccountDetails, CredentialKind, plugin
from destinations.services.attention import tell_of_recovery, tell_of_refusal
from destinations.services.saving import save_setup
from destinations.services.uses import in_words
from runtime import clock

if TYPE_CHECKING:
    from accounts.access import Access
    from accounts.models import User

UNAUTHORISED = 401
TOKEN = re.compile(r"[\x21-\x7e]{1,512}")


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """The form's input. An empty `token` keeps the stored one."""

    name: str
    kind: CredentialKind
    description: str = ""
    plugin_key: str = "hubspot"
    token: str = field(default="", repr=False)


def verify_draft(*, draft: CredentialDraft, credential: Credential | None = None) -> AccountDetails | None:
    """The account that the draft's token opens; None without a token.

    Raises AccountRejectedError when the account refuses it, or is not the one that destinations already send to;
    AccountUnreachableError when it could not be checked now.
    """
    if not draft.token:
        return None
    if not TOKEN.fullmatch(draft.token):
        raise AccountRejectedError("This is not a token: it holds spaces or characters that tokens never have.")
    account = read_account(draft.plugin_key, draft.token, draft.kind)
    if credential is not None:
        require_same_account(credential, account)
    return account


def read_account(plugin_key: str, token: str, kind: CredentialKind) -> AccountDetails:
    """Raises AccountRejectedError or AccountUnreachableError, with a message for the form."""
    chosen = plugin(plugin_key)
    try:
        return chosen.accounts.read_account(token, kind)
    except PermanentError as error:
        raise AccountRejectedError(f"{chosen.name} refused this credential: {error.message}") from error
    except TransientError as error:
        raise AccountUnreachableError(f"{chosen.name} could not be reached just now: {error.message}") from error


def require_same_account(credential: Credential, account: AccountDetails) -> None:
    """What was sent is recorded per account, so a credential in use can't move to another one."""
    moved = credential.portal_id not in {None, account.portal_id}
    if moved and credential.destinations.exists():
        message = (
            f"This opens account {account.portal_id}, but destinations already send to account"
            f" {credential.portal_id} with this credential. Create a new credential for the other account."
        )
        raise AccountRejectedError(message)


def save_credential(
    *,
    draft: CredentialDraft,
    actor: User,
    account: AccountDetails | None = None,
    credential: Credential | None = None,
    revision: int | None = None,
) -> Credential:
    """Saves the draft; with a token but no `account` (see `verify_draft`), as not connected.

    Raises ChangedMeanwhileError and ValidationError as `save_setup` does.
    """
    values: dict[str, Any] = {
        "name": draft.name,
        "description": draft.description,
        "plugin_key": draft.plugin_key,
        "kind": draft.kind,
    }
    if draft.token:
        values |= {"secret": Secret.seal({"token": draft.token}), "status": Credential.Status.NOT_CONNECTED}
    if account is not None:
        values |= connected_values(account, connected_by=str(actor))
    saved = save_setup(credential or Credential(), values, actor=actor, revision=revision)
    if saved.is_connected:
        tell_of_recovery(saved)
    return saved


def connected_values(account: AccountDetails, *, connected_by: str) -> dict[str, Any]:
    """The fields of a credential that the account has just accepted."""
    now = clock.now()
    return {
        **account_values(account),
        "status": Credential.Status.CONNECTED,
        "connected_by": connected_by,
        "connected_at": now,
        "checked_at": now,
        "last_error": "",
    }


def account_values(account: AccountDetails) -> dict[str, Any]:
    return {
        "portal_id": account.portal_id,
        "app_id": account.app_id,
        "scopes": sorted(account.scopes),
        "time_zone": account.time_zone,
        "ui_domain": account.ui_domain,
        "granted_by": account.granted_by[:254],
    }


def connect_account(*, draft: CredentialDraft, actor: User) -> Credential:
    """A new credential, tested and saved; raises what `verify_draft` and `save_credential` raise."""
    return save_credential(draft=draft, actor=actor, account=verify_draft(draft=draft))


def check_credential(*, credential: Credential, token: str) -> AccountDetails:
    """Asks the account whether the credential still works, and stores the answer.

    Raises AuthorisationError (the credential then needs to be authorised again) and TransientError.
    """
    try:
        account = credential.plugin.accounts.read_account(token, CredentialKind(credential.kind))
    except AuthorisationError as error:
        ask_for_reauthorisation(credential, reason=error.evidence.category or "refused")
        raise
    checked = {**account_values(account), "status": Credential.Status.CONNECTED, "last_error": ""}
    Credential.objects.filter(pk=credential.pk).update(**checked, checked_at=clock.now())
    credential.refresh_from_db()
    tell_of_recovery(credential)
    return account


def note_refusal(credential: Credential, error: AuthorisationError) -> None:
    """Called by a send: a credential the account no longer accepts is marked to be authorised again.

    If only one permission is missing, the others still work and the credential stays connected.
    """
    if error.evidence.status == UNAUTHORISED:
        ask_for_reauthorisation(credential, reason=error.evidence.category or "refused")


@transaction.atomic
def ask_for_reauthorisation(credential: Credential, *, reason: str) -> None:
    """The grant is gone for good: the credential says so until someone authorises it again."""
    changed = (
        Credential.objects.filter(pk=credential.pk)
        .exclude(status=Credential.Status.REAUTHORISE)
        .update(status=Credential.Status.REAUTHORISE, last_error=reason[:60], checked_at=clock.now())
    )
    if changed:
        record(action="credential:refused", subject=credential, actor=None, changes={"reason": reason[:60]})
        tell_of_refusal(credential)
    credential.refresh_from_db()


def disconnect_credential(*, credential: Credential, actor: User) -> None:
    """Deletes the secret, after revoking a grant at the destination. Raises AccountUnreachableError.

    A grant the destination no longer knows counts as revoked.
    """
    if credential.kind == CredentialKind.OAUTH and credential.secret is not None:
        _withdraw(credential, credential.secret)
    values = {"secret": None, "status": Credential.Status.NOT_CONNECTED, "last_error": ""}
    save_setup(credential, values, actor=actor)


def _withdraw(credential: Credential, secret: Secret) -> None:
    try:
        credential.plugin.accounts.revoke(secret.reveal()["refresh_token"])
    except (PermanentError, SecretUnreadableError):
        return
    except TransientError as error:
        message = f"{credential.plugin.name} could not be asked to withdraw the authorisation. Try again later."
        raise AccountUnreachableError(message) from error


@transaction.atomic
def delete_credential(*, credential: Credential, actor: User) -> None:
    """Raises InUseError while destinations use it."""
    stored = Credential.objects.select_for_update().get(pk=credential.pk)
    require_unused(stored, access_of(actor, stored.tenant))
    record(action="credential:deleted", subject=stored, actor=actor)
    stored.delete()


def require_unused(credential: Credential, access: Access) -> None:
    """Raises InUseError with the destinations that use it, as far as this person may see them."""
    used_by = in_words(credential.destinations.all(), access)
    if used_by:
        raise InUseError(f"Used by {used_by}. Give these destinations another credential first.")


@transaction.atomic
def reseal_credentials() -> int:
    """Seals every secret of the active tenant with the newest key; returns how many. Safe to run at any time.

    Raises SecretUnreadableError, naming the credential, when no key opens it; then none has changed.
    """
    rows = Credential.objects.select_for_update().filter(secret__isnull=False)
    for credential in rows:
        Credential.objects.filter(pk=credential.pk).update(secret=_resealed(credential))
    return len(rows)


def _resealed(credential: Credential) -> Secret | None:
    try:
        return credential.secret.resealed() if credential.secret else None
    except SecretUnreadableError as error:
        raise SecretUnreadableError(f"The secret of “{credential.name}” can't be read by any key.") from error
