"""Pages that show a person what arrived."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.ids import number_of
from destinations.hubspot.sandbox.pages import consent
from destinations.hubspot.sandbox.pages.rendering import account_page, moment, page, redirect, static
from destinations.hubspot.sandbox.routing import OpenCall, OpenRoute

if TYPE_CHECKING:
    from collections.abc import Callable

    from destinations.hubspot.sandbox.calls import Record
    from destinations.hubspot.sandbox.messages import Response
    from destinations.hubspot.sandbox.store.contacts import Contact
    from destinations.hubspot.sandbox.store.lists import ContactList
    from destinations.hubspot.sandbox.store.portals import Portal
    from destinations.hubspot.sandbox.store.properties import Property

ROWS = 50
CALLS = 200


def of_account(view: Callable[[OpenCall, Portal], Response]) -> Callable[[OpenCall], Response]:
    """Wraps a view of the account that the path names."""

    def find_account(call: OpenCall) -> Response:
        portal = call.hub.portals.get(number_of(call.parameters["portal"]))
        return view(call, portal) if portal else not_found("This account does not exist.")

    return find_account


def not_found(message: str) -> Response:
    return page("missing.html", {"message": message}, status=404)


def home(call: OpenCall) -> Response:
    return redirect(f"/contacts/{call.hub.portals.all()[0].id}")


def contacts(call: OpenCall, portal: Portal) -> Response:
    query, after = call.request.parameter("q").strip(), number_of(call.request.parameter("after"))
    if query:
        found = call.hub.contacts.containing(portal.id, query, limit=ROWS)
    else:
        found = call.hub.contacts.page(portal.id, after=after, limit=ROWS + 1)
    shown = [_contact_row(contact, portal) for contact in found[:ROWS]]
    context = {
        "query": query,
        "rows": shown,
        "total": f"{call.hub.contacts.count(portal.id):,}",
        "after": shown[-1]["id"] if len(found) > ROWS else None,
    }
    return account_page(call.hub, portal, "contacts.html", "contacts", context)


def _contact_row(contact: Contact, portal: Portal) -> dict[str, Any]:
    return {
        "id": contact.id,
        "name": contact.name or contact.email or f"Contact {contact.id}",
        "email": contact.email or "",
        "country": contact.properties.get("country", ""),
        "stage": contact.properties.get("lifecyclestage", ""),
        "updated": moment(contact.updated, portal),
    }


def contact(call: OpenCall, portal: Portal) -> Response:
    asked = [number_of(call.parameters["contact"])]
    living = call.hub.contacts.by_ids(portal.id, asked)
    found = next(iter((living or call.hub.contacts.survivors(portal.id, asked)).values()), None)
    if found is None:
        return not_found("This contact does not exist, or was archived.")
    known = call.hub.properties.of(portal.id)
    values = [
        {"name": name, "label": known[name].wire["label"] if name in known else name, "value": value}
        for name, value in sorted(found.properties.items())
    ]
    context = {
        "contact": found,
        "name": found.name or found.email,
        "values": values,
        "created": moment(found.created, portal),
        "updated": moment(found.updated, portal),
        "lists": [
            {"id": each.id, "name": each.name, "since": moment(joined, portal)}
            for each, joined in call.hub.lists.of_contact(found.id)
        ],
    }
    return account_page(call.hub, portal, "contact.html", "contacts", context)


def lists(call: OpenCall, portal: Portal) -> Response:
    rows = [_list_row(each, portal) for each in call.hub.lists.all(portal.id)]
    return account_page(call.hub, portal, "lists.html", "lists", {"rows": rows})


def _list_row(found: ContactList, portal: Portal) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "processing": found.processing,
        "size": f"{found.size:,}",
        "created": moment(found.created, portal),
        "updated": moment(found.updated, portal),
    }


def contact_list(call: OpenCall, portal: Portal) -> Response:
    found = call.hub.lists.get(portal.id, number_of(call.parameters["list"]))
    if found is None:
        return not_found("This list does not exist, or was deleted.")
    after = number_of(call.request.parameter("after"))
    members = call.hub.lists.members_after(found.id, after, ROWS + 1)
    people = call.hub.contacts.by_ids(portal.id, [member.contact for member in members[:ROWS]])
    rows = [
        _contact_row(people[member.contact], portal) | {"joined": moment(member.joined, portal)}
        for member in members[:ROWS]
    ]
    context = {
        "list": _list_row(found, portal),
        "rows": rows,
        "after": rows[-1]["id"] if len(members) > ROWS else None,
    }
    return account_page(call.hub, portal, "list.html", "lists", context)


def properties(call: OpenCall, portal: Portal) -> Response:
    known = [each for each in call.hub.properties.of(portal.id).values() if not each.is_archived]
    rows = [_property_row(call, portal, each) for each in known]
    context = {
        "own": [row for row in rows if row["custom"]],
        "standard": [row for row in rows if not row["custom"]],
    }
    return account_page(call.hub, portal, "properties.html", "properties", context)


def _property_row(call: OpenCall, portal: Portal, each: Property) -> dict[str, Any]:
    counted = each.is_custom and bool(each.options)
    counts = call.hub.contacts.values_of(portal.id, each.name) if counted else {}
    return {
        "name": each.name,
        "label": each.wire["label"],
        "type": f"{each.type} · {each.field_type}",
        "custom": each.is_custom,
        "writable": each.is_writable,
        "options": [
            {"label": option["label"], "value": option["value"], "count": f"{counts.get(option['value'], 0):,}"}
            for option in each.wire["options"]
        ],
    }


def calls(call: OpenCall, portal: Portal) -> Response:
    rows = [_call_row(record, portal) for record in call.hub.calls.latest(CALLS, portal.id)]
    return account_page(call.hub, portal, "calls.html", "calls", {"rows": rows})


def _call_row(record: Record, portal: Portal) -> dict[str, Any]:
    return {
        "at": moment(int(record.at * 1000), portal),
        "method": record.method,
        "route": record.route,
        "status": record.status,
        "failed": record.status >= HTTPStatus.BAD_REQUEST,
        "partial": record.status == HTTPStatus.MULTI_STATUS,
        "milliseconds": f"{record.milliseconds:.1f}",
        "request": record.correlation_id,
        "fault": record.fault,
    }


ROUTES = (
    OpenRoute("GET", "/", home),
    OpenRoute("GET", "/_sandbox/sandbox.css", lambda _: static("sandbox.css", "text/css; charset=utf-8")),
    OpenRoute("GET", "/_sandbox/icon.svg", lambda _: static("icon.svg", "image/svg+xml")),
    OpenRoute("GET", "/contacts/{portal}", of_account(contacts)),
    OpenRoute("GET", "/contacts/{portal}/record/0-1/{contact}", of_account(contact)),
    OpenRoute("GET", "/contacts/{portal}/objectLists", of_account(lists)),
    OpenRoute("GET", "/contacts/{portal}/objectLists/{list}", of_account(contact_list)),
    OpenRoute("GET", "/contacts/{portal}/objectLists/{list}/filters", of_account(contact_list)),
    OpenRoute("GET", "/property-settings/{portal}", of_account(properties)),
    OpenRoute("GET", "/calls/{portal}", of_account(calls)),
    OpenRoute("GET", "/oauth/authorize", consent.ask),
    OpenRoute("GET", "/oauth/{hub}/authorize", consent.ask),
    OpenRoute("POST", "/oauth/authorize", consent.decide),
)
