"""Controls of the sandbox for tests and people: `/_sandbox/…`, JSON in and out, without a token."""

from __future__ import annotations

from destinations.hubspot.sandbox import seeding
from destinations.hubspot.sandbox.control import accounts, people
from destinations.hubspot.sandbox.control.portal import portal_of
from destinations.hubspot.sandbox.control.state import state
from destinations.hubspot.sandbox.messages import Response, json_response
from destinations.hubspot.sandbox.routing import OpenCall, OpenRoute


def health(_call: OpenCall) -> Response:
    return json_response(200, {"status": "ok"})


def reset(call: OpenCall) -> Response:
    """Back to the start, with only the account of the body (see `accounts.add`); the OAuth app stays."""
    account = accounts.account_of(call.request.json_object())
    apps = call.hub.tokens.apps()
    call.hub.reset()
    for app in apps:
        call.hub.tokens.save_app(app)
    return json_response(200, accounts.account_json(call, seeding.add_account(call.hub, account)))


def switch(call: OpenCall) -> Response:
    call.hub.switches.change(call.request.json_object())
    call.hub.remember()
    return json_response(200, call.hub.switches.as_json())


def show_switches(call: OpenCall) -> Response:
    return json_response(200, call.hub.switches.as_json())


def advance(call: OpenCall) -> Response:
    """Advances the clock by `{"seconds": N}`."""
    call.hub.clock.advance(float(call.request.json_object().get("seconds", 0)))
    call.hub.remember()
    return json_response(200, {"now": call.hub.clock.now()})


def reset_limits(call: OpenCall) -> Response:
    """Empties the windows; with `{"usedToday": N}` the account has used that many calls today."""
    body = call.request.json_object()
    call.hub.limits.reset()
    call.hub.limits.use_up(portal_of(call, body), int(body.get("usedToday", 0)))
    return json_response(200, {})


def add_fault(call: OpenCall) -> Response:
    return json_response(200, call.hub.faults.add(call.request.json_object()).as_json())


def show_faults(call: OpenCall) -> Response:
    return json_response(200, {"faults": [fault.as_json() for fault in call.hub.faults.rules]})


def clear_faults(call: OpenCall) -> Response:
    call.hub.faults.rules.clear()
    return json_response(200, {})


def show_calls(call: OpenCall) -> Response:
    return json_response(200, call.hub.calls.as_json())


def forget_calls(call: OpenCall) -> Response:
    call.hub.calls.reset()
    return json_response(200, {})


ROUTES = (
    OpenRoute("GET", "/_sandbox/health", health),
    OpenRoute("POST", "/_sandbox/reset", reset),
    OpenRoute("GET", "/_sandbox/state", state),
    OpenRoute("GET", "/_sandbox/accounts", accounts.show),
    OpenRoute("POST", "/_sandbox/accounts", accounts.add),
    OpenRoute("DELETE", "/_sandbox/accounts", accounts.remove),
    OpenRoute("POST", "/_sandbox/tokens", accounts.add_token),
    OpenRoute("DELETE", "/_sandbox/tokens", accounts.remove_token),
    OpenRoute("POST", "/_sandbox/installs", accounts.install),
    OpenRoute("POST", "/_sandbox/rules", accounts.add_rule),
    OpenRoute("POST", "/_sandbox/contacts", people.add_contacts),
    OpenRoute("PATCH", "/_sandbox/contacts", people.change_contact),
    OpenRoute("DELETE", "/_sandbox/contacts", people.archive_contacts),
    OpenRoute("POST", "/_sandbox/contacts/merge", people.merge_contacts),
    OpenRoute("POST", "/_sandbox/members", people.change_members),
    OpenRoute("GET", "/_sandbox/switches", show_switches),
    OpenRoute("POST", "/_sandbox/switches", switch),
    OpenRoute("POST", "/_sandbox/clock", advance),
    OpenRoute("POST", "/_sandbox/limits", reset_limits),
    OpenRoute("GET", "/_sandbox/faults", show_faults),
    OpenRoute("POST", "/_sandbox/faults", add_fault),
    OpenRoute("DELETE", "/_sandbox/faults", clear_faults),
    OpenRoute("GET", "/_sandbox/calls", show_calls),
    OpenRoute("DELETE", "/_sandbox/calls", forget_calls),
)
