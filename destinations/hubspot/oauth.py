"""HubSpot's side of OAuth: only the protocol, without state, storage or locks.

Raises errors from `destinations.delivery.errors`: AuthorisationError when the account must be authorised again,
ConfigurationError when HubSpot does not know the app.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from django.conf import settings

from destinations.hubspot.client import API_VERSION
from destinations.hubspot.transport import ApiRequest, NoAuthorisation, Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from destinations.hubspot.transport import Json, Value

TOKEN = f"/oauth/{API_VERSION}/token"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What HubSpot grants: an access token for `expires_in` seconds; the refresh token lives until revoked."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    hub_id: int | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenState:
    """What HubSpot says of a token; if not `active`, nothing else is known. `user` is who signed in there."""

    active: bool
    hub_id: int | None = None
    scopes: frozenset[str] = frozenset()
    user: str = field(default="", repr=False)


def authorization_url(*, scopes: Iterable[str], redirect_uri: str, state: str) -> str:
    """The URL where a person gives their consent."""
    query = {
        "client_id": settings.HUBSPOT_CLIENT_ID,
        "redirect_uri": redirect_uri,
        "scope": " ".join(sorted(scopes)),
        "state": state,
    }
    return f"{settings.HUBSPOT_APP_URL}/oauth/authorize?{urlencode(query, quote_via=quote)}"


def exchange_code(*, code: str, redirect_uri: str) -> Tokens:
    """Exchanges a code, which works once, for tokens."""
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    return _call(TOKEN, grant, _tokens, writes=True)


def refresh(refresh_token: str) -> Tokens:
    """A new access token. Store the refresh token that comes with it: it may have changed."""
    return _call(TOKEN, {"grant_type": "refresh_token", "refresh_token": refresh_token}, _tokens)


def introspect(token: str) -> TokenState:
    """For an access token; HubSpot's documents use both names of the field."""
    form = {"token": token, "access_token": token, "token_type_hint": "access_token"}
    return _call(f"{TOKEN}/introspect", form, _token_state)


def revoke(refresh_token: str) -> None:
    """Revokes a refresh token; access tokens obtained with it live until they expire."""
    form = {"token": refresh_token, "refresh_token": refresh_token, "token_type_hint": "refresh_token"}
    _call(f"{TOKEN}/revoke", form, lambda _: None, writes=True)


def _call(path: str, form: dict[str, str], read: Callable[[Json], Value], *, writes: bool = False) -> Value:
    app = {"client_id": settings.HUBSPOT_CLIENT_ID, "client_secret": settings.HUBSPOT_CLIENT_SECRET}
    request = ApiRequest("POST", path, form=app | form, writes=writes)
    with Transport(settings.HUBSPOT_API_URL, NoAuthorisation()) as transport:
        return transport.call(request, lambda body, _: read(body))


def _tokens(body: Json) -> Tokens:
    return Tokens(
        access_token=body["access_token"],
        refresh_token=body["refresh_token"],
        expires_in=int(body["expires_in"]),
        hub_id=_number(body.get("hub_id")),
        scopes=frozenset(body.get("scopes") or ()),
    )


def _token_state(body: Json) -> TokenState:
    return TokenState(
        active=bool(body["active"]),
        hub_id=_number(body.get("hub_id")),
        scopes=frozenset(body.get("scopes") or ()),
        user=str(body.get("user") or ""),
    )


def _number(value: object) -> int | None:
    return int(str(value)) if value is not None else None
