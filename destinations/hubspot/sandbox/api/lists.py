"""Creating, finding, renaming, deleting and restoring lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.api import list_filters
from destinations.hubspot.sandbox.bodies import whole_number
from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.errors import list_is_dynamic, list_name_taken, list_not_found, validation
from destinations.hubspot.sandbox.ids import number_of
from destinations.hubspot.sandbox.messages import NO_CONTENT, Json, Response, json_response
from destinations.hubspot.sandbox.routing import Call, Route
from destinations.hubspot.sandbox.store.tokens import USER

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.store.lists import ContactList

READ = ("crm.lists.read",)
WRITE = ("crm.lists.write",)
CONTACT_TYPE = "0-1"
PROCESSING_TYPES = {"MANUAL", "DYNAMIC"}
RESTORABLE_MS = 90 * 86_400_000
LARGEST_PAGE = 500


def list_json(found: ContactList, *, filters: bool = False) -> Json:
    shown = {
        "listId": str(found.id),
        "listVersion": found.version,
        "name": found.name,
        "objectTypeId": CONTACT_TYPE,
        "processingType": found.processing,
        "processingStatus": "COMPLETE",
        "createdAt": timestamp(found.created),
        "updatedAt": timestamp(found.updated),
        "filtersUpdatedAt": timestamp(found.created),
        "createdById": str(USER),
        "updatedById": str(USER),
        "size": found.size,
    }
    return shown | ({"filterBranch": found.filters} if filters and found.filters else {})


def list_of(call: Call) -> ContactList:
    """The list named by the path; a DYNAMIC one with the members its filters select now."""
    key = call.parameters["list"]
    found = call.hub.lists.get(call.portal.id, number_of(key))
    if found is None:
        raise list_not_found(key)
    return list_filters.refreshed(call, found)


def manual_list_of(call: Call) -> ContactList:
    found = list_of(call)
    if found.is_dynamic:
        raise list_is_dynamic(str(found.id))
    return found


def _answer(call: Call, key: int) -> Response:
    found = call.hub.lists.get(call.portal.id, key)
    if found is None:
        raise list_not_found(str(key))
    return json_response(200, {"list": list_json(list_filters.refreshed(call, found), filters=True)})


def create(call: Call) -> Response:
    body = call.request.json_object()
    name, processing, filters = body.get("name"), body.get("processingType"), body.get("filterBranch")
    if not isinstance(name, str) or not name.strip():
        raise validation("name is required")
    if body.get("objectTypeId") != CONTACT_TYPE:
        raise validation("objectTypeId must be 0-1")
    if processing not in PROCESSING_TYPES:
        raise validation("processingType must be one of MANUAL, DYNAMIC")
    if (processing == "DYNAMIC") != isinstance(filters, dict):
        raise validation("filterBranch belongs to DYNAMIC lists, and only to them")
    _refuse_taken(call, name)
    return _answer(
        call,
        call.hub.lists.insert(call.portal.id, name.strip(), processing, filters, call.hub.clock.now_ms()),
    )


def _refuse_taken(call: Call, name: str, *, by: int | None = None) -> None:
    holder = call.hub.lists.named(call.portal.id, name)
    if holder is not None and holder.id != by:
        raise list_name_taken(name)


def get(call: Call) -> Response:
    return json_response(200, {"list": list_json(list_of(call), filters=call.request.flag("includeFilters"))})


def get_by_name(call: Call) -> Response:
    found = call.hub.lists.named(call.portal.id, call.parameters["name"])
    if found is None:
        raise list_not_found(call.parameters["name"])
    shown = list_filters.refreshed(call, found)
    return json_response(200, {"list": list_json(shown, filters=call.request.flag("includeFilters"))})


def get_many(call: Call) -> Response:
    asked = map(number_of, call.request.query.get("listIds", []))
    found = [call.hub.lists.get(call.portal.id, key) for key in asked]
    return json_response(200, {"lists": [list_json(each) for each in found if each is not None]})


def search(call: Call) -> Response:
    body = call.request.json_object()
    if "offset" not in body or "additionalProperties" not in body:
        raise validation("offset and additionalProperties are required")
    offset, count = whole_number(body, "offset", 0), min(whole_number(body, "count", 20), LARGEST_PAGE)
    matching = [each for each in call.hub.lists.all(call.portal.id) if _matches(each, body)]
    shown = matching[offset : offset + count]
    answer: Json = {"lists": [_hit(each) for each in shown], "offset": offset + len(shown)}
    return json_response(200, answer | {"hasMore": len(matching) > offset + len(shown), "total": len(matching)})


def _matches(found: ContactList, body: Json) -> bool:
    query, types, keys = body.get("query") or "", body.get("processingTypes"), body.get("listIds")
    return (
        str(query).casefold() in found.name.casefold()
        and (not types or found.processing in types)
        and (not keys or str(found.id) in map(str, keys))
    )


def _hit(found: ContactList) -> Json:
    counts: dict[str, Any] = {
        "hs_list_size": str(found.size),
        "hs_list_reference_count": "0",
        "hs_last_record_added_at": "",
    }
    return list_json(found) | {"additionalProperties": counts}


def rename(call: Call) -> Response:
    found, name = list_of(call), call.request.parameter("listName").strip()
    if not name:
        raise validation("listName is required")
    _refuse_taken(call, name, by=found.id)
    call.hub.lists.rename(found.id, name, call.hub.clock.now_ms())
    return json_response(200, {"updatedList": list_json(replace(found, name=name, version=found.version + 1))})


def set_filters(call: Call) -> Response:
    found, filters = list_of(call), call.request.json_object().get("filterBranch")
    if not found.is_dynamic or not isinstance(filters, dict):
        raise validation("filterBranch belongs to DYNAMIC lists, and only to them")
    call.hub.lists.set_filters(found.id, filters, call.hub.clock.now_ms())
    return _answer(call, found.id)


def delete(call: Call) -> Response:
    call.hub.lists.mark_deleted(list_of(call).id, call.hub.clock.now_ms())
    return NO_CONTENT


def restore(call: Call) -> Response:
    """A deleted list can be restored with its members for 90 days, unless another list has its name."""
    key = call.parameters["list"]
    found = call.hub.lists.get(call.portal.id, number_of(key), deleted=True)
    oldest = call.hub.clock.now_ms() - RESTORABLE_MS
    if found is None or found.deleted is None or found.deleted < oldest:
        raise list_not_found(key)
    _refuse_taken(call, found.name)
    call.hub.lists.mark_deleted(found.id, None)
    return NO_CONTENT


ROUTES = (
    Route("POST", "/crm/lists", create, WRITE),
    Route("GET", "/crm/lists", get_many, READ),
    Route("POST", "/crm/lists/search", search, READ),
    Route("GET", "/crm/lists/object-type-id/0-1/name/{name}", get_by_name, READ),
    Route("GET", "/crm/lists/{list}", get, READ),
    Route("DELETE", "/crm/lists/{list}", delete, WRITE),
    Route("PUT", "/crm/lists/{list}/restore", restore, WRITE),
    Route("PUT", "/crm/lists/{list}/update-list-name", rename, WRITE),
    Route("PUT", "/crm/lists/{list}/update-list-filters", set_filters, WRITE),
)
