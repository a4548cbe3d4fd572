"""What the account's people do by hand in HubSpot: contacts and lists change without Muster's knowledge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.control.portal import portal_of
from destinations.hubspot.sandbox.errors import contact_not_found, list_not_found, validation
from destinations.hubspot.sandbox.ids import number_of
from destinations.hubspot.sandbox.messages import Json, Response, json_response

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.routing import OpenCall
    from destinations.hubspot.sandbox.store.contacts import Contact


def add_contacts(call: OpenCall) -> Response:
    """`{"contacts": [{"email", "properties", "additionalEmails"}]}`; answers the ids in order."""
    body = call.request.json_object()
    portal, now = portal_of(call, body).id, call.hub.clock.now_ms()
    ids = []
    for each in body["contacts"]:
        made = call.hub.contacts.insert(portal, each.get("email"), each.get("properties", {}), now)
        made = _with_addresses(call, made, each.get("additionalEmails", ()))
        ids.append(str(made.id))
    return json_response(200, {"ids": ids})


def _with_addresses(call: OpenCall, contact: Contact, emails: Any) -> Contact:
    if not emails:
        return contact
    changed = replace(contact, additional=(*contact.additional, *(email.lower() for email in emails)))
    call.hub.contacts.save(contact, changed)
    return changed


def _contact(call: OpenCall, body: Json, key: Any) -> Contact:
    """By id, or by any of its addresses."""
    contacts, portal = call.hub.contacts, portal_of(call, body).id
    text = str(key).lower()
    found = contacts.by_emails(portal, [text]).get(text)
    if found is None:
        found = contacts.by_ids(portal, [number_of(text)]).get(number_of(text))
    if found is None:
        raise contact_not_found(text)
    return found


def change_contact(call: OpenCall) -> Response:
    """`{"contact": id or e-mail, "properties": {…}, "additionalEmails": […]}`: values as given, rules aside."""
    body = call.request.json_object()
    before = _contact(call, body, body.get("contact"))
    after = replace(
        before, properties=before.properties | body.get("properties", {}), updated=call.hub.clock.now_ms()
    )
    call.hub.contacts.save(before, after)
    _with_addresses(call, after, body.get("additionalEmails", ()))
    return json_response(200, {"id": str(after.id)})


def archive_contacts(call: OpenCall) -> Response:
    """`{"contacts": [id or e-mail, …]}`"""
    body = call.request.json_object()
    for each in body["contacts"]:
        call.hub.contacts.archive(_contact(call, body, each), call.hub.clock.now_ms())
    return json_response(200, {})


def merge_contacts(call: OpenCall) -> Response:
    """`{"survivor": id or e-mail, "other": id or e-mail}`"""
    body = call.request.json_object()
    survivor, other = (_contact(call, body, body.get(name)) for name in ("survivor", "other"))
    if survivor.id == other.id:
        raise validation("A contact cannot be merged with itself")
    call.hub.contacts.merge(survivor, other, call.hub.clock.now_ms())
    return json_response(200, {"id": str(survivor.id), "merged": str(other.id)})


def change_members(call: OpenCall) -> Response:
    """`{"list": id or name, "add": [id or e-mail, …], "remove": […]}`"""
    body = call.request.json_object()
    key, portal = str(body.get("list")), portal_of(call, body).id
    found = call.hub.lists.named(portal, key) or call.hub.lists.get(portal, number_of(key))
    if found is None:
        raise list_not_found(key)
    joining = [_contact(call, body, each).id for each in body.get("add", ())]
    leaving = [_contact(call, body, each).id for each in body.get("remove", ())]
    call.hub.lists.add(found.id, joining, call.hub.clock.now_ms())
    call.hub.lists.remove(found.id, leaving)
    return json_response(200, {"listId": str(found.id)})
