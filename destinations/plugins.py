"""The catalogue of destinations that Muster can send to.

Plugins are named by dotted path and loaded on first use: the delivery engine reads this catalogue and must not
depend on any particular destination.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, cast

from django.db.models import TextChoices
from django.utils.module_loading import import_string
from pydantic import BaseModel, ConfigDict, TypeAdapter

from destinations.delivery.specs import FieldKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from destinations.delivery.specs import Allowance
    from destinations.settings import DestinationSettings


class Category(StrEnum):
    CRM = "CRM"


class CredentialKind(TextChoices):
    OAUTH = "oauth", "OAuth"
    PRIVATE_APP_TOKEN = "private_app_token", "Private app token"
    SERVICE_KEY = "service_key", "Service key"


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """The account that a credential opens, as described by the destination."""

    portal_id: int
    app_id: str
    scopes: tuple[str, ...]
    time_zone: str = "UTC"
    ui_domain: str = ""
    granted_by: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """The tokens of an OAuth grant; never printed."""

    access_token: str
    refresh_token: str
    expires_in: int


class FieldOption(BaseModel):
    model_config = ConfigDict(frozen=True)

    value: str
    label: str = ""


class AccountField(BaseModel):
    """A field of the account that data can be sent to, or only read when not `writable`."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str = ""
    type: str = "string"  # the destination's own term
    kind: FieldKind = FieldKind.TEXT
    group: str = ""
    options: tuple[FieldOption, ...] = ()
    writable: bool = True


ACCOUNT_FIELDS = TypeAdapter(list[AccountField])


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The API version that a plugin uses, and the day after which it is no longer supported."""

    name: str
    ends: date


class ScopeNeed(BaseModel):
    """A permission the credential must have, and what for: every send, or one way of landing."""

    model_config = ConfigDict(frozen=True)

    scope: str
    purpose: str
    landing: Literal["", "list", "status_property"] = ""


class Accounts(Protocol):
    """What a plugin can find out about accounts; any method may raise `destinations.delivery.errors`."""

    scope_needs: tuple[ScopeNeed, ...]
    identity_field: str
    api_version: ApiVersion

    def allowance(self, kind: CredentialKind) -> Allowance:
        """What an account allows such a credential, until its own answers say more."""
        ...

    def read_account(self, token: str, kind: CredentialKind) -> AccountDetails:
        """Raises AuthorisationError when the account refuses the token."""
        ...

    def read_fields(self, token: str) -> list[AccountField]:
        """Every field of the account's contacts, including read-only ones."""
        ...

    def field_name(self, text: str) -> str:
        """The text as a field name of the destination; raises NameTemplateError when nothing valid is left."""
        ...

    def takes_status(self, field: AccountField) -> bool:
        """Whether an audience's status may be kept in this field, which the account has already."""
        ...

    def authorisation_url(self, *, state: str, redirect_uri: str) -> str:
        """The URL where a person with access to the account grants the permissions of `scope_needs`."""
        ...

    def exchange_code(self, *, code: str, redirect_uri: str) -> Tokens: ...

    def refresh(self, refresh_token: str) -> Tokens:
        """Raises AuthorisationError when the grant is gone for good."""
        ...

    def revoke(self, refresh_token: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Plugin:
    key: str
    name: str
    category: Category
    summary: str
    credential_kinds: tuple[CredentialKind, ...]
    settings_path: str
    accounts_path: str

    @property
    def settings_model(self) -> type[DestinationSettings]:
        return cast("type[DestinationSettings]", import_string(self.settings_path))

    @property
    def accounts(self) -> Accounts:
        return cast("Accounts", import_string(self.accounts_path)())


HUBSPOT = Plugin(
    key="hubspot",
    name="HubSpot",
    category=Category.CRM,
    summary="Keep contact lists and contact properties in HubSpot equal to your audiences.",
    credential_kinds=tuple(CredentialKind),
    settings_path="destinations.hubspot.settings.HubSpotSettings",
    accounts_path="destinations.hubspot.accounts.HubSpotAccounts",
)
CATALOGUE: Mapping[str, Plugin] = {HUBSPOT.key: HUBSPOT}


def plugin(key: str) -> Plugin:
    """Raises KeyError for a key that is not in the catalogue."""
    return CATALOGUE[key]


def chosen_plugin(key: str | None) -> Plugin:
    """The plugin with this key, or the first of the catalogue for any other text."""
    return CATALOGUE.get(key or "", HUBSPOT)


def plugin_choices() -> list[tuple[str, str]]:
    return [(entry.key, f"{entry.name} ({entry.category})") for entry in CATALOGUE.values()]
