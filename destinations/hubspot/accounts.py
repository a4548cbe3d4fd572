"""What can be read from and set up in a HubSpot account, for the forms that set up destinations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings

from destinations.delivery.errors import AuthorisationError
from destinations.delivery.specs import Allowance, FieldKind
from destinations.hubspot import names, oauth
from destinations.hubspot.client import API_VERSION, HubSpotClient
from destinations.hubspot.landing import holds_status
from destinations.plugins import (
    AccountDetails,
    AccountField,
    ApiVersion,
    CredentialKind,
    FieldOption,
    ScopeNeed,
    Tokens,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from destinations.hubspot.answers import ContactProperty

KINDS: Mapping[str, FieldKind] = {
    "number": FieldKind.NUMBER,
    "bool": FieldKind.BOOLEAN,
    "date": FieldKind.DATE,
    "datetime": FieldKind.DATETIME,
    "enumeration": FieldKind.OPTION,
}

# Calls in 10 seconds: the same for an OAuth app everywhere; for the others the smallest subscription's limit,
# until the headers of the first answers say more (HubSpot's usage guidelines).
OAUTH_BURST = 110
SMALLEST_BURST = 100


class HubSpotAccounts:
    identity_field = "email"
    # HubSpot supports a version for 18 months (developers.hubspot.com, lifecycle of date-based versions).
    api_version = ApiVersion(API_VERSION, ends=date(2028, 3, 8))
    scope_needs = (
        ScopeNeed(scope="crm.objects.contacts.read", purpose="finding contacts by e-mail"),
        ScopeNeed(scope="crm.objects.contacts.write", purpose="updating and creating contacts"),
        ScopeNeed(scope="crm.schemas.contacts.read", purpose="listing properties for the mapping"),
        ScopeNeed(scope="crm.lists.read", purpose="finding contact lists and their members", landing="list"),
        ScopeNeed(scope="crm.lists.write", purpose="creating contact lists and changing members", landing="list"),
        ScopeNeed(
            scope="crm.schemas.contacts.write",
            purpose="creating audience status properties",
            landing="status_property",
        ),
    )

    def allowance(self, kind: CredentialKind) -> Allowance:
        return Allowance(burst=OAUTH_BURST if kind == CredentialKind.OAUTH else SMALLEST_BURST)

    def read_account(self, token: str, kind: CredentialKind) -> AccountDetails:
        found = _granted(token) if kind == CredentialKind.OAUTH else _issued(token)
        time_zone, ui_domain = _place(token)
        return replace(found, time_zone=time_zone, ui_domain=ui_domain)

    def read_fields(self, token: str) -> list[AccountField]:
        with HubSpotClient(token) as client:
            return [_field(found) for found in client.properties() if not found.is_hidden]

    def field_name(self, text: str) -> str:
        return names.property_name(text)

    def takes_status(self, field: AccountField) -> bool:
        return (
            field.writable
            and field.kind is FieldKind.OPTION
            and holds_status(each.value for each in field.options)
        )

    def authorisation_url(self, *, state: str, redirect_uri: str) -> str:
        scopes = ["oauth", *(need.scope for need in self.scope_needs)]
        return oauth.authorization_url(scopes=scopes, redirect_uri=redirect_uri, state=state)

    def exchange_code(self, *, code: str, redirect_uri: str) -> Tokens:
        return _tokens(oauth.exchange_code(code=code, redirect_uri=redirect_uri))

    def refresh(self, refresh_token: str) -> Tokens:
        return _tokens(oauth.refresh(refresh_token))

    def revoke(self, refresh_token: str) -> None:
        oauth.revoke(refresh_token)


def _issued(token: str) -> AccountDetails:
    """The account that a private-app token or service key opens."""
    with HubSpotClient(token) as client:
        info = client.token_info()
    return AccountDetails(info.portal, str(info.app), tuple(sorted(info.scopes)))


def _granted(token: str) -> AccountDetails:
    """The account that an OAuth access token opens, and who granted it."""
    state = oauth.introspect(token)
    if not state.active or state.hub_id is None:
        raise AuthorisationError("HubSpot says that the authorisation is no longer active.")
    scopes = tuple(sorted(state.scopes))
    return AccountDetails(state.hub_id, settings.HUBSPOT_CLIENT_ID, scopes, granted_by=state.user)


def _place(token: str) -> tuple[str, str]:
    """The account's time zone and address; a token may lack the permission to read them."""
    with HubSpotClient(token) as client:
        try:
            details = client.account_details()
        except AuthorisationError:
            return "UTC", ""
    return details.time_zone, details.ui_domain


def _tokens(granted: oauth.Tokens) -> Tokens:
    return Tokens(granted.access_token, granted.refresh_token, granted.expires_in)


def _field(found: ContactProperty) -> AccountField:
    return AccountField(
        name=found.name,
        label=found.label,
        type=found.type,
        kind=KINDS.get(found.type, FieldKind.TEXT),
        group=found.group,
        options=tuple(FieldOption(value=option.value, label=option.label) for option in found.options),
        writable=found.is_writable,
    )
