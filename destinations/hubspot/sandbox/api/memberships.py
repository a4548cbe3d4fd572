"""Who is on a list."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.api.lists import READ, WRITE, list_of, manual_list_of
from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.errors import list_not_found, resource_not_found, validation
from destinations.hubspot.sandbox.ids import number_of
from destinations.hubspot.sandbox.messages import NO_CONTENT, Json, Response, json_response
from destinations.hubspot.sandbox.routing import Call, Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from destinations.hubspot.sandbox.store.lists import Membership

DEFAULT_PAGE, LARGEST_PAGE = 100, 250
LARGEST_FOR_ALL = 100_000
AFTER_EVERY_ID = 2**62


def _ids(call: Call, given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(each, (str, int)) for each in given):
        raise validation("Invalid input JSON: an array of record ids is required")
    most = call.hub.switches.membership_ids_per_call
    if most and len(given) > most:
        raise validation(f"The maximum number of record ids in a call is {most}")
    return list(dict.fromkeys(str(each) for each in given))


def _change(call: Call, to_add: Sequence[str], to_remove: Sequence[str]) -> Response:
    """Ids to add that are members already, or to remove that are not, appear in none of the arrays."""
    key = manual_list_of(call).id
    asked = [*to_add, *to_remove]
    living = set(call.hub.contacts.living(call.portal.id, map(number_of, asked)))
    missing = [each for each in asked if number_of(each) not in living]
    added = call.hub.lists.add(key, _living(to_add, living), call.hub.clock.now_ms())
    removed = call.hub.lists.remove(key, _living(to_remove, living))
    return json_response(200, _update_json(call, added, removed, missing))


def _living(ids: Sequence[str], living: set[int]) -> list[int]:
    return [number for number in map(number_of, ids) if number in living]


def _update_json(call: Call, added: Sequence[int], removed: Sequence[int], missing: Sequence[str]) -> Json:
    spelling = "recordIdsAdded" if call.hub.switches.other_added_spelling else "recordsIdsAdded"
    arrays: Json = {
        spelling: [str(each) for each in added],
        "recordIdsRemoved": [str(each) for each in removed],
        "recordIdsMissing": list(missing),
    }
    if call.hub.switches.omit_empty_arrays:
        return {name: ids for name, ids in arrays.items() if ids}
    return arrays


def add(call: Call) -> Response:
    return _change(call, _ids(call, call.request.json()), [])


def remove(call: Call) -> Response:
    return _change(call, [], _ids(call, call.request.json()))


def add_and_remove(call: Call) -> Response:
    body = call.request.json_object()
    return _change(call, _ids(call, body.get("recordIdsToAdd")), _ids(call, body.get("recordIdsToRemove")))


def add_from(call: Call) -> Response:
    target, other = manual_list_of(call), call.parameters["source"]
    source = call.hub.lists.get(call.portal.id, number_of(other))
    if source is None:
        raise list_not_found(other)
    if source.id == target.id or source.size >= LARGEST_FOR_ALL:
        raise validation("The source must be another list with fewer than 100,000 members")
    call.hub.lists.copy_members(source.id, target.id, call.hub.clock.now_ms())
    return NO_CONTENT


def remove_all(call: Call) -> Response:
    target = manual_list_of(call)
    if target.size >= LARGEST_FOR_ALL:
        raise validation("Only lists with fewer than 100,000 members can be emptied at once")
    call.hub.lists.remove_all(target.id)
    return NO_CONTENT


def page(call: Call) -> Response:
    found, limit = list_of(call), _limit(call)
    before = call.request.parameter("before")
    if before:
        members = call.hub.lists.members_before(found.id, _from_cursor(before, AFTER_EVERY_ID), limit + 1)
    else:
        after = _from_cursor(call.request.parameter("after"), 0)
        members = call.hub.lists.members_after(found.id, after, limit + 1)
    return _page_answer(call, members, limit, found.size, direction="before" if before else "after")


def page_by_join(call: Call) -> Response:
    found, limit = list_of(call), _limit(call)
    skipped = _from_cursor(call.request.parameter("after"), 0)
    members = call.hub.lists.members_by_join(found.id, skipped, limit + 1)
    answer = _members_json(members[:limit], found.size)
    if len(members) > limit:
        answer["paging"] = {"next": {"after": _cursor(skipped + limit)}}
    return json_response(200, answer)


def _limit(call: Call) -> int:
    limit = call.request.number("limit", DEFAULT_PAGE)
    if not 1 <= limit <= LARGEST_PAGE:
        raise validation(f"limit must be between 1 and {LARGEST_PAGE}")
    return limit


def _page_answer(call: Call, members: Sequence[Membership], limit: int, total: int, *, direction: str) -> Response:
    answer = _members_json(members[:limit], total)
    if len(members) > limit:
        cursor = _cursor(members[limit - 1].contact)
        link = f"{call.hub.base_url}{call.request.path}?limit={limit}&{direction}={cursor}"
        answer["paging"] = {"next" if direction == "after" else "prev": {direction: cursor, "link": link}}
    return json_response(200, answer)


def _members_json(members: Sequence[Membership], total: int) -> Json:
    shown = [
        {"recordId": str(member.contact), "membershipTimestamp": timestamp(member.joined)} for member in members
    ]
    return {"results": shown, "total": total}


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def _from_cursor(cursor: str, otherwise: int) -> int:
    if not cursor:
        return otherwise
    try:
        return int(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError) as error:
        raise validation("Invalid cursor") from error


def of_record(call: Call) -> Response:
    number = number_of(call.parameters["record"])
    if not call.hub.contacts.living(call.portal.id, [number]):
        raise resource_not_found()
    lists = [
        {"listId": str(each.id), "listVersion": each.version, "firstAddedTimestamp": timestamp(joined)}
        for each, joined in call.hub.lists.of_contact(number)
    ]
    return json_response(200, {"results": lists, "total": len(lists)})


ROUTES = (
    Route("PUT", "/crm/lists/{list}/memberships/add", add, WRITE),
    Route("PUT", "/crm/lists/{list}/memberships/remove", remove, WRITE),
    Route("PUT", "/crm/lists/{list}/memberships/add-and-remove", add_and_remove, WRITE),
    Route("PUT", "/crm/lists/{list}/memberships/add-from/{source}", add_from, WRITE),
    Route("DELETE", "/crm/lists/{list}/memberships", remove_all, WRITE),
    Route("GET", "/crm/lists/{list}/memberships", page, READ),
    Route("GET", "/crm/lists/{list}/memberships/join-order", page_by_join, READ),
    Route("GET", "/crm/lists/records/0-1/{record}/memberships", of_record, READ),
)
