"""The whole state of an account, in a form that allows two accounts to be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.control.portal import portal_of
from destinations.hubspot.sandbox.messages import Json, Response, json_response

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.hub import Hub
    from destinations.hubspot.sandbox.routing import OpenCall
    from destinations.hubspot.sandbox.store.contacts import Contact
    from destinations.hubspot.sandbox.store.lists import ContactList
    from destinations.hubspot.sandbox.store.portals import Portal

EVERY = -1


def state(call: OpenCall) -> Response:
    """Contacts by e-mail, lists by name with members as e-mails, custom properties by name.

    Nothing in `contacts` and `lists` depends on ids or times, so that a disturbed run can be compared with an
    undisturbed one; ids are kept separately in `ids`.
    """
    portal = portal_of(call)
    contacts = {contact.id: contact for contact in call.hub.contacts.each(portal.id)}
    shown = {
        "portal": portal.id,
        "contacts": {key(contact): _contact_json(contact) for contact in contacts.values()},
        "lists": {
            each.name: _list_json(call.hub, each.id, each.processing, contacts) for each in _lists(call, portal)
        },
        "properties": _own_properties(call.hub, portal),
        "ids": {
            "contacts": {key(contact): str(contact.id) for contact in contacts.values()},
            "lists": {each.name: str(each.id) for each in _lists(call, portal)},
        },
    }
    return json_response(200, shown)


def key(contact: Contact) -> str:
    return contact.email or f"#{contact.id}"


def _lists(call: OpenCall, portal: Portal) -> list[ContactList]:
    return call.hub.lists.all(portal.id)


def _contact_json(contact: Contact) -> Json:
    return {"additionalEmails": sorted(contact.additional), "properties": contact.properties}


def _list_json(hub: Hub, number: int, processing: str, contacts: dict[int, Contact]) -> Json:
    members = hub.lists.members_after(number, 0, EVERY)
    return {
        "processingType": processing,
        "members": sorted(key(contacts[member.contact]) for member in members),
    }


def _own_properties(hub: Hub, portal: Portal) -> Json:
    return {
        name: {
            "type": each.type,
            "fieldType": each.field_type,
            "options": each.options,
            "archived": each.is_archived,
        }
        for name, each in hub.properties.of(portal.id).items()
        if each.is_custom
    }
