"""The fields of an account, read once and stored with their age, so that forms and sends need no call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.delivery.errors import PermanentError, TransientError
from destinations.errors import AccountRejectedError, AccountUnreachableError
from destinations.models import AccountFields
from destinations.services.tokens import access_token
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from destinations.models import Credential
    from destinations.plugins import AccountField


def refresh_account_fields(credential: Credential) -> AccountFields:
    """Reads the fields now and stores them. Raises AccountRejectedError or AccountUnreachableError."""
    name = credential.plugin.name
    try:
        fields = credential.plugin.accounts.read_fields(access_token(credential))
    except PermanentError as error:
        raise AccountRejectedError(f"{name} refused to list its properties: {error.message}") from error
    except TransientError as error:
        raise AccountUnreachableError(f"{name} could not be reached just now: {error.message}") from error
    values = {"fields": [field.model_dump(mode="json") for field in fields], "read_at": clock.now()}
    kept, _ = AccountFields.objects.update_or_create(credential=credential, defaults=values)
    return kept


def kept_account_fields(credential: Credential) -> AccountFields | None:
    """The fields as last read, however old; None if never read."""
    return AccountFields.objects.filter(credential=credential).first()


def kept_by_name(credential: Credential) -> Mapping[str, AccountField]:
    """The fields as last read, by name; empty if never read."""
    kept = kept_account_fields(credential)
    return kept.by_name() if kept else {}


def account_fields(credential: Credential) -> AccountFields:
    """The fields as last read, or read now if never; raises as `refresh_account_fields` does."""
    return kept_account_fields(credential) or refresh_account_fields(credential)
