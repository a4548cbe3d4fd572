"""The members of DYNAMIC lists, by branches of property filters: the most used kind of HubSpot filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.messages import Json
    from destinations.hubspot.sandbox.routing import Call
    from destinations.hubspot.sandbox.store.contacts import Contact
    from destinations.hubspot.sandbox.store.lists import ContactList

Test = Callable[[str, Sequence[str]], bool]

TESTS: dict[str, Test] = {
    "IS_EQUAL_TO": lambda value, given: value in given,
    "IS_NOT_EQUAL_TO": lambda value, given: value not in given,
    "IS_ANY_OF": lambda value, given: value in given,
    "IS_NONE_OF": lambda value, given: value not in given,
    "CONTAINS": lambda value, given: any(part in value for part in given),
    "IS_KNOWN": lambda value, _: bool(value),
    "IS_UNKNOWN": lambda value, _: not value,
}


def refreshed(call: Call, found: ContactList) -> ContactList:
    """A DYNAMIC list with the members its filters select now; any other list unchanged."""
    if not found.is_dynamic or found.filters is None:
        return found
    chosen = {contact.id for contact in call.hub.contacts.each(found.portal) if chooses(found.filters, contact)}
    members = {member.contact for member in call.hub.lists.members_after(found.id, 0, -1)}
    call.hub.lists.add(found.id, sorted(chosen - members), call.hub.clock.now_ms())
    call.hub.lists.remove(found.id, sorted(members - chosen))
    return replace(found, size=len(chosen))


def chooses(branch: Json, contact: Contact) -> bool:
    filters = [_passes(each, contact) for each in branch.get("filters", ())]
    branches = [chooses(each, contact) for each in branch.get("filterBranches", ())]
    if branch.get("filterBranchType") == "OR":
        return any(filters + branches)
    return all(filters + branches)


def _passes(given: Json, contact: Contact) -> bool:
    operation = given.get("operation", {})
    values = operation.get("values") or [operation.get("value", "")]
    test = TESTS.get(operation.get("operator", ""))
    value = contact.value(given.get("property", "")) or ""
    return test is not None and test(value.lower(), [str(each).lower() for each in values])
