"""Destinations: the connection is tested whenever credential or settings change, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.access import access_of
from audit.services import record
from destinations.delivery.errors import PermanentError, TransientError
from destinations.errors import AccountRejectedError, AccountUnreachableError, InUseError
from destinations.models import Credential, Destination
from destinations.plugins import CredentialKind
from destinations.services.account_fields import refresh_account_fields
from destinations.services.credentials import check_credential
from destinations.services.saving import save_setup
from destinations.services.tokens import access_token
from destinations.services.uses import in_words
from runtime import clock

if TYPE_CHECKING:
    from accounts.access import Access
    from accounts.models import User
    from destinations.settings import DestinationSettings


@dataclass(frozen=True, slots=True)
class DestinationDraft:
    name: str
    credential: Credential
    settings: DestinationSettings
    description: str = ""
    plugin_key: str = "hubspot"
    allow_business_users: bool = False
    allow_restricted_pii: bool = False

    @property
    def stored_settings(self) -> dict[str, Any]:
        return self.settings.model_dump(mode="json")


def needs_test(draft: DestinationDraft, destination: Destination | None) -> bool:
    """True when new, never tested, or when credential or settings differ from those tested."""
    if destination is None or destination.status != Destination.Status.TESTED:
        return True
    same_credential = destination.credential_id == draft.credential.pk
    return not same_credential or destination.settings != draft.stored_settings


def verify_connection(draft: DestinationDraft) -> None:
    """Checks that the account answers, lists its properties, and grants what every destination needs.

    Raises AccountRejectedError with what to change, AccountUnreachableError when it could not be checked.
    """
    name = draft.credential.plugin.name
    _require_secret(draft.credential)
    try:
        check_credential(credential=draft.credential, token=access_token(draft.credential))
    except PermanentError as error:
        raise AccountRejectedError(f"{name} refused the connection: {error.message}") from error
    except TransientError as error:
        raise AccountUnreachableError(f"{name} could not be reached just now: {error.message}") from error
    require_scopes(draft.credential, landing="")
    refresh_account_fields(draft.credential)


def _require_secret(credential: Credential) -> None:
    if credential.secret is not None:
        return
    if credential.kind == CredentialKind.OAUTH:
        problem = "is not connected. Generate a link on its page and have access granted; save this"
    else:
        problem = "holds no token any more. Enter one on its page; save this"
    raise AccountRejectedError(f"The credential “{credential.name}” {problem} once it shows “Connected”.")


def require_scopes(credential: Credential, *, landing: str) -> None:
    """Raises AccountRejectedError when permissions needed for sending, or this way of landing, are missing."""
    missing = [need for need in credential.missing_scopes() if need.landing in {"", landing}]
    if missing:
        needs = "; ".join(f"{need.scope} ({need.purpose})" for need in missing)
        raise AccountRejectedError(f"The credential “{credential.name}” lacks permissions: {needs}.")


def save_destination(
    *,
    draft: DestinationDraft,
    actor: User,
    tested: bool,
    destination: Destination | None = None,
    revision: int | None = None,
) -> Destination:
    """Saves the draft, as tested or not. Raises as `save_setup` does."""
    values: dict[str, Any] = {
        "name": draft.name,
        "description": draft.description,
        "plugin_key": draft.plugin_key,
        "credential": draft.credential,
        "settings": draft.stored_settings,
        "allow_business_users": draft.allow_business_users,
        "allow_restricted_pii": draft.allow_restricted_pii,
        "status": Destination.Status.TESTED if tested else Destination.Status.NOT_TESTED,
    }
    if tested and needs_test(draft, destination):
        values["tested_at"] = clock.now()
    return save_setup(destination or Destination(), values, actor=actor, revision=revision)


def add_destination(*, draft: DestinationDraft, actor: User) -> Destination:
    """A new destination, tested and saved; raises what `verify_connection` and `save_destination` raise."""
    verify_connection(draft)
    return save_destination(draft=draft, actor=actor, tested=True)


@transaction.atomic
def delete_destination(*, destination: Destination, actor: User) -> None:
    """Raises InUseError while it has data templates."""
    stored = Destination.objects.select_for_update().get(pk=destination.pk)
    require_unused(stored, access_of(actor, stored.tenant))
    record(action="destination:deleted", subject=stored, actor=actor)
    stored.delete()


def require_unused(destination: Destination, access: Access) -> None:
    """Raises InUseError with the data templates that belong to it, as far as this person may see them."""
    templates = in_words(destination.templates.all(), access)
    if templates:
        raise InUseError(f"It has data templates: {templates}. Delete these first.")
