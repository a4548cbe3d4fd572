"""Accounts, their tokens and their administrators' rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from destinations.hubspot.sandbox import seeding
from destinations.hubspot.sandbox.api import oauth
from destinations.hubspot.sandbox.control.portal import portal_of
from destinations.hubspot.sandbox.errors import validation
from destinations.hubspot.sandbox.messages import Json, Response, json_response
from destinations.hubspot.sandbox.store.portals import Portal, Tier
from destinations.hubspot.sandbox.store.properties import Rule
from destinations.hubspot.sandbox.store.tokens import USER, Token, TokenKind

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.routing import OpenCall


def add(call: OpenCall) -> Response:
    """Adds an account; if the private-app token exists already, answers that account unchanged.

    `{"name", "tier", "token", "contacts": N, "contactsFrom": path, "timeZone"}`, all optional.
    """
    body = call.request.json_object()
    known = call.hub.tokens.get(body.get("token", ""))
    portal = call.hub.portals.get(known.portal) if known else None
    return json_response(200, account_json(call, portal or seeding.add_account(call.hub, account_of(body))))


def account_of(body: Json) -> seeding.Account:
    source = body.get("contactsFrom")
    return seeding.Account(
        name=body.get("name", "Sandbox account"),
        tier=tier_of(body.get("tier", "professional")),
        token=body.get("token", ""),
        contacts=body.get("contacts", 0),
        contacts_from=Path(source) if source else None,
        time_zone=body.get("timeZone", "Europe/London"),
    )


def tier_of(name: str) -> Tier:
    try:
        return Tier[name.upper()]
    except KeyError as error:
        raise validation(f"There is no tier {name}") from error


def account_json(call: OpenCall, portal: Portal) -> Json:
    keys = {token.kind: token.value for token in call.hub.tokens.of_portal(portal.id)}
    app = call.hub.tokens.apps()[0]
    return {
        "portal": portal.id,
        "name": portal.name,
        "tier": portal.tier.name.lower(),
        "token": keys[TokenKind.PRIVATE_APP],
        "serviceKey": keys[TokenKind.SERVICE_KEY],
        "clientId": app.client_id,
        "clientSecret": app.client_secret,
    }


def show(call: OpenCall) -> Response:
    return json_response(200, {"accounts": [account_json(call, portal) for portal in call.hub.portals.all()]})


def remove(call: OpenCall) -> Response:
    """Removes the account: its tokens stop working and its refresh tokens get BAD_HUB."""
    call.hub.portals.remove(portal_of(call, call.request.json_object()).id)
    return json_response(200, {})


def add_token(call: OpenCall) -> Response:
    """Adds another private app: `{"scopes": […], "token"}`."""
    body = call.request.json_object()
    value = body.get("token") or f"pat-na1-{uuid4()}"
    app = seeding.FIRST_APP + 10_000 + call.hub.chance.randrange(10**6)
    scopes = " ".join(body.get("scopes", seeding.ALL_SCOPES))
    token = Token(value, TokenKind.PRIVATE_APP, portal_of(call, body).id, app, USER, scopes)
    call.hub.tokens.save(token)
    return json_response(200, {"token": value, "appId": app})


def remove_token(call: OpenCall) -> Response:
    """Invalidates a token of any kind: `{"token"}`."""
    call.hub.tokens.remove(str(call.request.json_object().get("token")))
    return json_response(200, {})


def install(call: OpenCall) -> Response:
    """Installs the OAuth app, as after a person's consent: `{"scopes": […]}`; answers a refresh token."""
    body = call.request.json_object()
    scopes = " ".join(body.get("scopes", seeding.ALL_SCOPES))
    app = call.hub.tokens.apps()[0]
    refresh = oauth.issue(call.hub, TokenKind.REFRESH, portal_of(call, body).id, app, scopes)
    return json_response(200, {"refreshToken": refresh.value})


def add_rule(call: OpenCall) -> Response:
    """Adds a rule for values: `{"property", "type": MIN_LENGTH … REGEX or REQUIRED, "arguments": […]}`."""
    body = call.request.json_object()
    rule = Rule(
        str(body.get("property")), str(body.get("type")), [str(each) for each in body.get("arguments", ())]
    )
    call.hub.properties.save_rule(portal_of(call, body).id, rule)
    return json_response(200, {})
