"""The token endpoint: exchanges codes and refresh tokens for access tokens, introspects and revokes tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from destinations.hubspot.sandbox.errors import OAuthError
from destinations.hubspot.sandbox.messages import Json, Response, json_response
from destinations.hubspot.sandbox.routing import OpenCall, OpenRoute
from destinations.hubspot.sandbox.store.tokens import USER, App, Token, TokenKind

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.hub import Hub

ACCESS_SECONDS = 1800
CODE_SECONDS = 300


def issue(hub: Hub, kind: TokenKind, portal: int, app: App, scopes: str, **parts: str) -> Token:
    """A new code, access token or refresh token; the first two expire."""
    lifetime = {TokenKind.ACCESS: ACCESS_SECONDS, TokenKind.CODE: CODE_SECONDS}.get(kind)
    expires = hub.clock.now_ms() + lifetime * 1000 if lifetime else None
    prefix = "C" if kind is TokenKind.ACCESS else "na1-"
    token = Token(f"{prefix}{uuid4()}", kind, portal, app.id, USER, scopes, expires, **parts)
    hub.tokens.save(token)
    return token


def token(call: OpenCall) -> Response:
    app = _app(call)
    call.hub.limits.admit_token(app.id)
    match call.request.form.get("grant_type"):
        case "authorization_code":
            code = _spent_code(call, app)
            refresh = issue(call.hub, TokenKind.REFRESH, code.portal, app, code.scopes)
        case "refresh_token":
            refresh = _held(call, app, TokenKind.REFRESH, call.request.form.get("refresh_token", ""))
        case _:
            raise OAuthError("BAD_GRANT_TYPE")
    if call.hub.portals.get(refresh.portal) is None:
        raise OAuthError("BAD_HUB")
    return json_response(200, _granted(call, app, refresh))


def _app(call: OpenCall) -> App:
    app = call.hub.tokens.app(call.request.form.get("client_id", ""))
    if app is None:
        raise OAuthError("BAD_CLIENT_ID")
    if call.request.form.get("client_secret") != app.client_secret:
        raise OAuthError("BAD_CLIENT_SECRET")
    return app


def _held(call: OpenCall, app: App, kind: TokenKind, value: str) -> Token:
    held = call.hub.tokens.get(value)
    if held is None or held.kind is not kind or held.app != app.id:
        raise OAuthError("BAD_AUTH_CODE" if kind is TokenKind.CODE else "BAD_REFRESH_TOKEN")
    return held


def _spent_code(call: OpenCall, app: App) -> Token:
    """The code, which works once and expires soon."""
    code = _held(call, app, TokenKind.CODE, call.request.form.get("code", ""))
    if code.redirect_uri != call.request.form.get("redirect_uri"):
        raise OAuthError("BAD_REDIRECT_URI")
    call.hub.tokens.remove(code.value)
    if (code.expires or 0) < call.hub.clock.now_ms():
        raise OAuthError("BAD_AUTH_CODE")
    return code


def _granted(call: OpenCall, app: App, refresh: Token) -> Json:
    access = issue(call.hub, TokenKind.ACCESS, refresh.portal, app, refresh.scopes)
    return {
        "token_type": "bearer",
        "access_token": access.value,
        "refresh_token": refresh.value,
        "expires_in": ACCESS_SECONDS,
        "hub_id": refresh.portal,
        "user_id": refresh.user,
        "scopes": refresh.scope_list,
        "token_use": "access_token",
    }


def _asked(call: OpenCall) -> Token | None:
    """The token a call is about: given in `token`, or in a field named after its kind."""
    form = call.request.form
    value = form.get("token") or form.get("access_token") or form.get("refresh_token") or ""
    return call.hub.tokens.get(value)


def introspect(call: OpenCall) -> Response:
    app, found = _app(call), _asked(call)
    now = call.hub.clock.now_ms()
    if found is None or found.app != app.id or (found.expires is not None and found.expires < now):
        return json_response(200, {"active": False})
    shown: Json = {
        "active": True,
        "token": found.value,
        "hub_id": found.portal,
        "user_id": found.user,
        "client_id": app.client_id,
        "app_id": app.id,
        "user": "operator@example.com",
        "hub_domain": "sandbox.example.com",
        "scopes": found.scope_list,
        "is_private_distribution": False,
        "token_use": found.kind,
        "token_type": "Bearer",
    }
    if found.expires is not None:
        shown["expires_in"] = (found.expires - now) // 1000
    return json_response(200, shown)


def revoke(call: OpenCall) -> Response:
    """Revokes a refresh token; access tokens already issued live until they expire."""
    app, found = _app(call), _asked(call)
    if found is not None and found.app == app.id:
        call.hub.tokens.remove(found.value)
    return json_response(200, {})


OPEN_ROUTES = (
    OpenRoute("POST", "/oauth/token", token),
    OpenRoute("POST", "/oauth/token/introspect", introspect),
    OpenRoute("POST", "/oauth/token/revoke", revoke),
)
