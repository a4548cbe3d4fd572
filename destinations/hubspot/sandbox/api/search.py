"""The search index: some seconds behind the contacts, and its answers may vary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.api.contact_json import contact_json, shown_properties
from destinations.hubspot.sandbox.api.contacts import READ
from destinations.hubspot.sandbox.bodies import objects, texts, whole_number
from destinations.hubspot.sandbox.errors import validation
from destinations.hubspot.sandbox.messages import Json, Response, json_response
from destinations.hubspot.sandbox.routing import Bucket, Call, Route

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.store.contacts import Contact

LARGEST_PAGE = 200
LAST_RESULT = 10_000
MOST_GROUPS, MOST_FILTERS_OF_A_GROUP, MOST_FILTERS = 5, 6, 18
LONGEST_QUERY = 3_000
QUERIED = ("email", "firstname", "lastname", "phone", "company")

Test = Callable[[str, Json], bool]

TESTS: dict[str, Test] = {
    "EQ": lambda value, given: value == _text(given.get("value")),
    "NEQ": lambda value, given: value != _text(given.get("value")),
    "IN": lambda value, given: value in map(_text, given.get("values", ())),
    "NOT_IN": lambda value, given: value not in map(_text, given.get("values", ())),
    "HAS_PROPERTY": lambda value, _: bool(value),
    "NOT_HAS_PROPERTY": lambda value, _: not value,
    "CONTAINS_TOKEN": lambda value, given: _text(given.get("value")).strip("*") in value,
    "NOT_CONTAINS_TOKEN": lambda value, given: _text(given.get("value")).strip("*") not in value,
    "GT": lambda value, given: bool(value) and _key(value) > _key(given.get("value")),
    "GTE": lambda value, given: bool(value) and _key(value) >= _key(given.get("value")),
    "LT": lambda value, given: bool(value) and _key(value) < _key(given.get("value")),
    "LTE": lambda value, given: bool(value) and _key(value) <= _key(given.get("value")),
}


def _text(value: Any) -> str:
    return str("" if value is None else value).lower()


def _key(value: Any) -> tuple[float, str]:
    """Sorts numbers numerically, everything else alphabetically."""
    text = _text(value)
    try:
        return float(text), ""
    except ValueError:
        return 0.0, text


def search(call: Call) -> Response:
    body = call.request.json_object()
    groups = _groups(call, body)
    limit, after = _limit(body), whole_number(body, "after", 0)
    if after + limit > LAST_RESULT:
        raise validation("The total number of search results cannot exceed 10,000")
    matching = [contact for contact in _candidates(call, groups) if _matches(call, contact, groups, body)]
    names = shown_properties(call, texts(body, "properties"))
    answer: Json = {
        "total": len(matching),
        "results": [contact_json(call, contact, names) for contact in islice(matching, after, after + limit)],
    }
    if len(matching) > after + limit:
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return json_response(200, answer)


def _limit(body: Json) -> int:
    limit = whole_number(body, "limit", 10)
    if limit > LARGEST_PAGE:
        raise validation(f"limit must be at most {LARGEST_PAGE}")
    return limit


def _groups(call: Call, body: Json) -> list[list[Json]]:
    groups = [objects(group, "filters") for group in objects(body, "filterGroups")]
    sizes = [len(group) for group in groups]
    if (
        len(groups) > MOST_GROUPS
        or any(size > MOST_FILTERS_OF_A_GROUP for size in sizes)
        or sum(sizes) > MOST_FILTERS
    ):
        raise validation("Too many filters")
    if len(str(body.get("query") or "")) > LONGEST_QUERY:
        raise validation("The query is too long")
    for given in (each for group in groups for each in group):
        if given.get("operator") not in TESTS:
            raise validation(f"Unknown operator {given.get('operator')}")
        if given.get("propertyName") not in call.hub.properties.of(call.portal.id):
            raise validation(f"Property {given.get('propertyName')} does not exist")
    return groups


def _candidates(call: Call, groups: Sequence[Sequence[Json]]) -> Iterable[Contact]:
    """All contacts, or only those with an exact e-mail address if one is asked for."""
    wanted = [_emails_asked(group) for group in groups]
    if not wanted or not all(wanted):
        return call.hub.contacts.each(call.portal.id)
    found = call.hub.contacts.by_emails(call.portal.id, {email for group in wanted for email in group})
    return sorted({contact.id: contact for contact in found.values()}.values(), key=lambda contact: contact.id)


def _emails_asked(group: Sequence[Json]) -> set[str]:
    for given in group:
        if given.get("propertyName") == "email" and given.get("operator") in {"EQ", "IN"}:
            return {_text(value) for value in (given.get("values") or [given.get("value")])}
    return set()


def _matches(call: Call, contact: Contact, groups: Sequence[Sequence[Json]], body: Json) -> bool:
    if not _is_indexed(call, contact):
        return False
    query = _text(body.get("query"))
    if query and not any(query in _text(contact.value(name)) for name in QUERIED):
        return False
    return not groups or any(all(_passes(contact, given) for given in group) for group in groups)


def _passes(contact: Contact, given: Json) -> bool:
    return TESTS[given["operator"]](_text(contact.value(given["propertyName"])), given)


def _is_indexed(call: Call, contact: Contact) -> bool:
    """False until the lag has passed; with flapping on, not always True even then."""
    lag = call.hub.switches.search_lag_seconds
    age = call.hub.clock.now() - contact.created / 1000
    if age < lag:
        return False
    return not (call.hub.switches.search_flaps and age < 2 * lag and call.hub.chance.randrange(2))


ROUTES = (Route("POST", "/crm/objects/{type}/search", search, READ, Bucket.SEARCH),)
