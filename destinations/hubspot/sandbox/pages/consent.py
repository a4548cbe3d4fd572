"""Where a person allows an OAuth app into an account, or denies it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from destinations.hubspot.sandbox.api.oauth import issue
from destinations.hubspot.sandbox.pages.rendering import page, redirect
from destinations.hubspot.sandbox.seeding import ALL_SCOPES
from destinations.hubspot.sandbox.store.tokens import TokenKind

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.messages import Response
    from destinations.hubspot.sandbox.routing import OpenCall
    from destinations.hubspot.sandbox.store.tokens import App

MEANING = {
    "oauth": "Know which account this is",
    "crm.objects.contacts.read": "Read contacts",
    "crm.objects.contacts.write": "Create and change contacts",
    "crm.lists.read": "Read lists and their members",
    "crm.lists.write": "Create lists and change their members",
    "crm.schemas.contacts.read": "Read the properties of contacts",
    "crm.schemas.contacts.write": "Create and change properties of contacts",
}


def ask(call: OpenCall) -> Response:
    """The consent page; a wrong app or redirect URI is reported here, without redirecting."""
    app = call.hub.tokens.app(call.request.parameter("client_id"))
    problem = _problem(call, app)
    if problem or app is None:
        return page("consent_refused.html", {"problem": problem}, status=400)
    scopes, portals = _scopes(call), call.hub.portals.all()
    context = {
        "app": app,
        "portals": portals,
        "chosen": next((each for each in portals if str(each.id) == call.parameters.get("hub")), portals[0]),
        "scopes": [{"name": scope, "meaning": MEANING[scope]} for scope in scopes],
        "scope": " ".join(scopes),
        "redirect_uri": call.request.parameter("redirect_uri"),
        "state": call.request.parameter("state"),
    }
    return page("consent.html", context)


def _scopes(call: OpenCall) -> list[str]:
    asked = f"{call.request.form.get('scope', '')} {call.request.form.get('optional_scope', '')}".split()
    return list(dict.fromkeys(asked))


def _problem(call: OpenCall, app: App | None) -> str:
    if app is None:
        return "The app of this link is not known (client_id)."
    if not app.accepts(call.request.form.get("redirect_uri", "")):
        return "The app may not lead back to that address (redirect_uri)."
    if not _scopes(call) or set(_scopes(call)) - set(ALL_SCOPES):
        return "The link asks for scopes that do not exist, or for none (scope)."
    return ""


def decide(call: OpenCall) -> Response:
    """Redirects to the app with a code that works once, or with a denial, whose wording is a guess."""
    form = call.request.form
    app = call.hub.tokens.app(form.get("client_id", ""))
    portal = form.get("portal", "")
    known = {str(each.id) for each in call.hub.portals.all()}
    problem = _problem(call, app) or ("" if portal in known else "That account does not exist.")
    if problem or app is None:
        return page("consent_refused.html", {"problem": problem}, status=400)
    if form.get("decision") == "grant":
        scopes = " ".join(dict.fromkeys(["oauth", *_scopes(call)]))
        back = form["redirect_uri"]
        answer = {"code": issue(call.hub, TokenKind.CODE, int(portal), app, scopes, redirect_uri=back).value}
    else:
        answer = {"error": "access_denied", "error_description": "The person did not authorise the app"}
    if form.get("state"):
        answer["state"] = form["state"]
    joint = "&" if "?" in form["redirect_uri"] else "?"
    return redirect(f"{form['redirect_uri']}{joint}{urlencode(answer)}")
