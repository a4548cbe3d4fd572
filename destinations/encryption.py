"""Secrets at rest: encrypted, bound to their tenant, and never shown by accident.

Each tenant's key is derived from an installation key (HKDF), so a ciphertext copied into another tenant's row
can't be read there. `settings.CREDENTIAL_KEYS` is newest first: the first key seals, any of them can reveal, and
`manage.py rotate_credentials` reseals everything with the first.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

from destinations.errors import SecretUnreadableError
from tenants.scope import require_tenant_id

MASK = "••••••"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A sealed JSON value. Printing, logging or rendering it gives the mask; only `reveal` opens it."""

    ciphertext: str

    @classmethod
    def seal(cls, value: dict[str, Any]) -> Secret:
        """Readable only in the scope of the currently active tenant; there must be one."""
        return cls(_cipher().encrypt(json.dumps(value).encode()).decode())

    def reveal(self) -> dict[str, Any]:
        """Raises SecretUnreadableError when no key opens it in the active tenant's scope."""
        try:
            value: dict[str, Any] = json.loads(_cipher().decrypt(self.ciphertext))
        except InvalidToken as error:
            raise SecretUnreadableError("The stored secret can't be read. Enter or authorise it again.") from error
        return value

    def resealed(self) -> Secret:
        """The same value under the newest key. Raises SecretUnreadableError."""
        return Secret.seal(self.reveal())

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK


def _cipher() -> MultiFernet:
    tenant_id = require_tenant_id()
    return MultiFernet([Fernet(_tenant_key(key, tenant_id)) for key in settings.CREDENTIAL_KEYS])


def _tenant_key(installation_key: str, tenant_id: int) -> bytes:
    derivation = HKDF(SHA256(), length=32, salt=None, info=f"muster tenant {tenant_id} secrets".encode())
    return base64.urlsafe_b64encode(derivation.derive(base64.urlsafe_b64decode(installation_key)))


class EncryptedJSONField(models.Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """Holds a Secret or nothing. Rejects unsealed values, so that none is ever stored in the clear."""

    # For django-stubs: the types that are assigned and read.
    _pyi_private_set_type: Secret | None
    _pyi_private_get_type: Secret | None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "null": True, "blank": True, "editable": False})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, list(args), {key: kwargs[key] for key in kwargs.keys() - {"null", "blank", "editable"}}

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, *_context: Any) -> Secret | None:
        return None if value is None else Secret(value)

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, Secret):
            return value.ciphertext
        if value is None:
            return None
        raise TypeError("An encrypted field takes a Secret; seal the value first.")

    def value_to_string(self, obj: models.Model) -> str:
        return MASK
