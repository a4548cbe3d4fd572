"""Batches of up to 100 contacts: what fails alone, what fails together, and what goes missing silently."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.api import contact_writes
from destinations.hubspot.sandbox.api.contact_json import contact_json, shown_properties, written_json
from destinations.hubspot.sandbox.api.contact_writes import inputs_of
from destinations.hubspot.sandbox.api.contacts import READ, WRITE
from destinations.hubspot.sandbox.bodies import text, texts
from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.errors import (
    ApiError,
    contact_exists_in_batch,
    duplicate_ids,
    missing_contacts,
    non_unique_property,
    too_many_inputs,
)
from destinations.hubspot.sandbox.ids import number_of
from destinations.hubspot.sandbox.messages import NO_CONTENT, Json, Response, json_response
from destinations.hubspot.sandbox.routing import Call, Route

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from destinations.hubspot.sandbox.store.contacts import Contact

LARGEST_BATCH = 100


def _inputs(call: Call) -> list[Json]:
    inputs = inputs_of(call.request.json_object())
    if len(inputs) > LARGEST_BATCH:
        raise too_many_inputs(LARGEST_BATCH)
    return inputs


def _unique_ids(inputs: Sequence[Json]) -> list[str]:
    ids = [text(given, "id") for given in inputs]
    if repeated := [key for key, times in Counter(ids).items() if times > 1]:
        raise duplicate_ids(repeated)
    return ids


def _have_unique_traces(inputs: Sequence[Json]) -> bool:
    traces = [text(given, "objectWriteTraceId") for given in inputs]
    return all(traces) and len(set(traces)) == len(traces)


def _answer(call: Call, started: int, results: list[Json], errors: list[Json], *, success: int) -> Response:
    if call.hub.switches.shuffle_results:
        call.hub.chance.shuffle(results)
    envelope = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": timestamp(started),
        "completedAt": timestamp(call.hub.clock.now_ms()),
    }
    if not errors:
        return json_response(success, envelope)
    status = 207 if call.hub.switches.multi_status else success
    return json_response(status, envelope | {"numErrors": len(errors), "errors": errors})


def _traced(given: Json, result: Json) -> Json:
    trace = given.get("objectWriteTraceId")
    return result | {"objectWriteTraceId": trace} if trace else result


# Reading


def read(call: Call) -> Response:
    started, body = call.hub.clock.now_ms(), call.request.json_object()
    ids = list(dict.fromkeys(text(given, "id") for given in _inputs(call)))
    found = _found(call, text(body, "idProperty") or "hs_object_id", ids)
    names = shown_properties(call, texts(body, "properties"))
    contacts = list(found.values())
    if call.hub.switches.one_result_per_contact:
        contacts = list({contact.id: contact for contact in contacts}.values())
    missing = [key for key in ids if key not in found]
    results = [contact_json(call, contact, names) for contact in contacts]
    return _answer(call, started, results, [missing_contacts(missing)] if missing else [], success=200)


def _found(call: Call, by: str, ids: Sequence[str]) -> dict[str, Contact]:
    """Contacts by the id as it was sent. Merged ids find the surviving contact, under its own id."""
    contacts, portal = call.hub.contacts, call.portal.id
    if by == "email":
        addressed = contacts.by_emails(portal, [key.lower() for key in ids])
        return {key: addressed[key.lower()] for key in ids if key.lower() in addressed}
    if by != "hs_object_id":
        raise non_unique_property(by, portal)
    numbers = {number_of(key): key for key in ids}
    found = contacts.by_ids(portal, numbers, archived=call.request.flag("archived"))
    found = contacts.survivors(portal, numbers.keys() - found.keys()) | found
    return {numbers[number]: contact for number, contact in found.items()}


# Writing


def _write_rows(
    call: Call, inputs: Sequence[Json], write: Callable[[Json], Contact], *, split: bool
) -> tuple[list[Json], list[Json]]:
    """Results and errors. Without `split` the first error ends the call, and nothing is kept."""
    results, errors = [], []
    for given in inputs:
        try:
            results.append(_traced(given, written_json(call, write(given))))
        except ApiError as error:
            if not split:
                raise contact_exists_in_batch() if error.category == "CONFLICT" else error from None
            errors.append(error.item(str(given["objectWriteTraceId"])))
    return results, errors


def create(call: Call) -> Response:
    started, inputs = call.hub.clock.now_ms(), _inputs(call)
    split = _have_unique_traces(inputs)
    if not (split and call.hub.switches.trace_ids_split_duplicates):
        _refuse_repeated_emails(inputs)

    def write(given: Json) -> Contact:
        return contact_writes.create(call, given.get("properties", {}))

    results, errors = _write_rows(call, inputs, write, split=split)
    return _answer(call, started, results, errors, success=201)


def _refuse_repeated_emails(inputs: Sequence[Json]) -> None:
    properties = [given.get("properties") for given in inputs]
    emails = [
        str(each.get("email")).lower() for each in properties if isinstance(each, dict) and each.get("email")
    ]
    if len(set(emails)) < len(emails):
        raise contact_exists_in_batch()


def update(call: Call) -> Response:
    started, inputs = call.hub.clock.now_ms(), _inputs(call)
    ids = _unique_ids(inputs)
    _refuse_other_identities(call, inputs)
    living = call.hub.contacts.by_ids(call.portal.id, map(number_of, ids))
    present = [given for given in inputs if number_of(text(given, "id")) in living]

    def write(given: Json) -> Contact:
        return contact_writes.update(call, living[number_of(text(given, "id"))], given.get("properties", {}))

    split = _have_unique_traces(inputs) and call.hub.switches.trace_ids_split_updates
    results, errors = _write_rows(call, present, write, split=split)
    if missing := _reported_missing(call, ids, living):
        errors.append(missing_contacts(missing))
    return _answer(call, started, results, errors, success=200)


def _refuse_other_identities(call: Call, inputs: Sequence[Json]) -> None:
    """Contacts can be updated only by record id, and `hs_object_id` is not accepted as its name."""
    for given in inputs:
        if given.get("idProperty"):
            raise non_unique_property(str(given["idProperty"]), call.portal.id)


def _reported_missing(call: Call, ids: Sequence[str], living: dict[int, Contact]) -> list[str]:
    """Ids that do not exist. Those of merged contacts are left out: such an update silently does nothing."""
    absent = [key for key in ids if number_of(key) not in living]
    merged = call.hub.contacts.survivors(call.portal.id, map(number_of, absent))
    return [key for key in absent if number_of(key) not in merged]


def archive(call: Call) -> Response:
    ids = _unique_ids(_inputs(call))
    living = call.hub.contacts.by_ids(call.portal.id, map(number_of, ids))
    for contact in living.values():
        call.hub.contacts.archive(contact, call.hub.clock.now_ms())
    return NO_CONTENT


ROUTES = (
    Route("POST", "/crm/objects/{type}/batch/read", read, READ),
    Route("POST", "/crm/objects/{type}/batch/create", create, WRITE),
    Route("POST", "/crm/objects/{type}/batch/update", update, WRITE),
    Route("POST", "/crm/objects/{type}/batch/archive", archive, WRITE),
)
