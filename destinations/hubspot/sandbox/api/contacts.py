"""Single contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.api import contact_writes
from destinations.hubspot.sandbox.api.contact_json import contact_json, shown_properties, written_json
from destinations.hubspot.sandbox.errors import contact_not_found, non_unique_property, validation
from destinations.hubspot.sandbox.ids import number_of
from destinations.hubspot.sandbox.messages import NO_CONTENT, Json, Response, json_response
from destinations.hubspot.sandbox.routing import Call, Route

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.store.contacts import Contact

READ = ("crm.objects.contacts.read",)
WRITE = ("crm.objects.contacts.write",)
LARGEST_PAGE = 100


def _wanted(call: Call) -> list[str]:
    return [name for given in call.request.query.get("properties", []) for name in given.split(",")]


def _found(call: Call) -> Contact:
    """The contact of the path: by record id, or by `idProperty=email`."""
    key, by = call.parameters["id"], call.request.parameter("idProperty", "hs_object_id")
    contacts, portal = call.hub.contacts, call.portal.id
    if by == "email":
        found = contacts.by_emails(portal, [key.lower()]).get(key.lower())
    elif by != "hs_object_id":
        raise non_unique_property(by, portal)
    else:
        number, archived = number_of(key), call.request.flag("archived")
        found = contacts.by_ids(portal, [number], archived=archived).get(number)
        found = found or contacts.survivors(portal, [number]).get(number)
    if found is None:
        raise contact_not_found(key)
    return found


def page(call: Call) -> Response:
    limit = call.request.number("limit", 10)
    if not 1 <= limit <= LARGEST_PAGE:
        raise validation(f"limit must be between 1 and {LARGEST_PAGE}")
    after, archived = call.request.number("after", 0), call.request.flag("archived")
    found = call.hub.contacts.page(call.portal.id, after=after, limit=limit + 1, archived=archived)
    names = shown_properties(call, _wanted(call))
    answer: Json = {"results": [contact_json(call, contact, names) for contact in found[:limit]]}
    if len(found) > limit:
        last = str(found[limit - 1].id)
        answer["paging"] = {
            "next": {"after": last, "link": f"{call.hub.base_url}{call.request.path}?after={last}"}
        }
    return json_response(200, answer)


def get(call: Call) -> Response:
    return json_response(200, contact_json(call, _found(call), shown_properties(call, _wanted(call))))


def create(call: Call) -> Response:
    made = contact_writes.create(call, call.request.json_object().get("properties", {}))
    return json_response(201, written_json(call, made))


def update(call: Call) -> Response:
    changed = contact_writes.update(call, _found(call), call.request.json_object().get("properties", {}))
    return json_response(200, written_json(call, changed))


def archive(call: Call) -> Response:
    found = call.hub.contacts.by_ids(call.portal.id, [number_of(call.parameters["id"])])
    for contact in found.values():
        call.hub.contacts.archive(contact, call.hub.clock.now_ms())
    return NO_CONTENT


ROUTES = (
    Route("GET", "/crm/objects/{type}", page, READ),
    Route("POST", "/crm/objects/{type}", create, WRITE),
    Route("GET", "/crm/objects/{type}/{id}", get, READ),
    Route("PATCH", "/crm/objects/{type}/{id}", update, WRITE),
    Route("DELETE", "/crm/objects/{type}/{id}", archive, WRITE),
)
