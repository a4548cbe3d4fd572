"""Contacts as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from destinations.hubspot.sandbox.messages import Json
    from destinations.hubspot.sandbox.routing import Call
    from destinations.hubspot.sandbox.store.contacts import Contact

DEFAULT_PROPERTIES = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
OF_THE_API = {"hs_object_source": "INTEGRATION", "hs_object_source_label": "INTEGRATION"}


def shown_properties(call: Call, wanted: Sequence[str]) -> list[str]:
    """The properties to show, in order of name; unknown ones are silently left out."""
    known = call.hub.properties.of(call.portal.id)
    return sorted({name for name in wanted or DEFAULT_PROPERTIES if name in known} | set(DEFAULT_PROPERTIES[:1]))


def contact_json(call: Call, contact: Contact, names: Iterable[str]) -> Json:
    return {
        "id": str(contact.id),
        "properties": {name: contact.value(name) for name in names},
        "createdAt": timestamp(contact.created),
        "updatedAt": timestamp(contact.updated),
        "archived": contact.archived,
        "url": f"{call.hub.base_url}/contacts/{contact.portal}/record/0-1/{contact.id}",
    }


def written_json(call: Call, contact: Contact) -> Json:
    """A contact as the answer to a write shows it: all its properties, and its origin."""
    names = sorted({*DEFAULT_PROPERTIES, *contact.properties})
    shown = contact_json(call, contact, names)
    return shown | {"properties": shown["properties"] | OF_THE_API}
