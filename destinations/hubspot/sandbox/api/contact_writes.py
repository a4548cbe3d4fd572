"""What may be written to a contact, and the write itself: the same rules for one as for a hundred."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox import values
from destinations.hubspot.sandbox.errors import (
    Problem,
    contact_exists,
    invalid_property_names,
    invalid_values,
    validation,
)

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.messages import Json
    from destinations.hubspot.sandbox.routing import Call
    from destinations.hubspot.sandbox.store.contacts import Contact

PROPERTY_NAME = re.compile(r"[a-z0-9_]{1,100}")
ONE_OF = ("email", "firstname", "lastname")


def checked(call: Call, given: Any) -> dict[str, str]:
    """Property values as they will be stored; raises the error that names every bad one."""
    if not isinstance(given, dict):
        raise validation("properties must be an object")
    if bad := [name for name in given if not PROPERTY_NAME.fullmatch(name)]:
        raise invalid_property_names(bad)
    kept: dict[str, str] = {}
    problems = [problem for name, value in given.items() if (problem := _keep(call, kept, name, value))]
    if problems:
        raise invalid_values(problems, call.portal.id)
    return kept


def _keep(call: Call, kept: dict[str, str], name: str, value: Any) -> Problem | None:
    text = values.text_of(value)
    if name == "email" and call.hub.switches.trim_emails:
        text = text.strip()
    try:
        kept[name] = values.kept(call.hub.properties.of(call.portal.id).get(name), text)
    except values.RefusedValueError as refusal:
        return refusal.problem(name, text, call.hub.switches.language)
    return None


def _check_rules(call: Call, written: dict[str, str], *, creating: bool) -> None:
    rules = [rule for rule in call.hub.properties.rules(call.portal.id) if creating or rule.property in written]
    problems = values.broken_rules(rules, written, creating=creating, language=call.hub.switches.language)
    if problems:
        raise invalid_values(problems, call.portal.id)


def create(call: Call, given: Any) -> Contact:
    """A new contact; raises 400 for bad values and 409 when another contact has the address."""
    kept = checked(call, given)
    _check_rules(call, kept, creating=True)
    if not any(kept.get(name) for name in ONE_OF):
        raise validation(f"At least one of {', '.join(ONE_OF)} is required to create a contact")
    email = kept.pop("email", "") or None
    _refuse_taken(call, email)
    present = {name: value for name, value in kept.items() if value}
    return call.hub.contacts.insert(call.portal.id, email, present, call.hub.clock.now_ms())


def update(call: Call, contact: Contact, given: Any) -> Contact:
    """The contact after the write; `""` clears a value."""
    kept = checked(call, given)
    _check_rules(call, kept, creating=False)
    email = (kept.pop("email") or None) if "email" in kept else contact.email
    if email not in contact.addresses:
        _refuse_taken(call, email)
    after = replace(
        contact,
        email=email,
        additional=tuple(address for address in contact.additional if address != email),
        properties=_written_over(call, contact.properties, kept),
        updated=max(contact.updated + 1, call.hub.clock.now_ms()),
    )
    call.hub.contacts.save(contact, after)
    return after


def _written_over(call: Call, before: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    known = call.hub.properties.of(call.portal.id)
    changed = {
        name: values.merged_value(known[name], before.get(name, ""), value) for name, value in given.items()
    }
    return {name: value for name, value in (before | changed).items() if value}


def _refuse_taken(call: Call, email: str | None) -> None:
    holder = call.hub.contacts.holder(call.portal.id, email) if email else None
    if holder is not None:
        raise contact_exists(holder)


def inputs_of(body: Json) -> list[Json]:
    """The rows of a batch. A body of another shape is an empty batch: HubSpot silently does nothing."""
    given = body.get("inputs")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
