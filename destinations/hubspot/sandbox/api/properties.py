"""Contact properties and the rules for their values."""

from __future__ import annotations

import re

from destinations.hubspot.sandbox.bodies import objects, text
from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.errors import (
    invalid_property_names,
    property_exists,
    property_not_found,
    property_without_options,
    validation,
)
from destinations.hubspot.sandbox.messages import NO_CONTENT, Json, Response, json_response
from destinations.hubspot.sandbox.routing import Call, Route
from destinations.hubspot.sandbox.store.properties import Property, Rule
from destinations.hubspot.sandbox.store.standard import definition
from destinations.hubspot.sandbox.store.tokens import USER

READ = ("crm.schemas.contacts.read",)
WRITE = ("crm.schemas.contacts.write",)
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
FIELD_TYPES = {
    "string": {"text", "textarea", "file", "html", "phonenumber"},
    "number": {"number"},
    "date": {"date"},
    "datetime": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox"},
    "phone_number": {"phonenumber"},
}
REQUIRED = ("name", "label", "type", "fieldType", "groupName")
CHANGEABLE = {
    "label",
    "type",
    "fieldType",
    "groupName",
    "description",
    "options",
    "displayOrder",
    "hidden",
    "formField",
}
MOST_UNIQUE = 10
MOST_CUSTOM = 1_000


def _visible(call: Call, *, archived: bool) -> dict[str, Property]:
    """The properties that reads show: a new one appears only after a while."""
    hidden = call.hub.properties.hidden(call.portal.id, call.hub.clock.now_ms())
    known = call.hub.properties.of(call.portal.id)
    return {name: each for name, each in known.items() if each.is_archived == archived and name not in hidden}


def page(call: Call) -> Response:
    shown = _visible(call, archived=call.request.flag("archived"))
    return json_response(200, {"results": [each.wire for each in shown.values()]})


def _found(call: Call, *, archived: bool = False) -> Property:
    name = call.parameters["name"]
    found = _visible(call, archived=archived).get(name)
    if found is None:
        raise property_not_found(name)
    return found


def get(call: Call) -> Response:
    return json_response(200, _found(call, archived=call.request.flag("archived")).wire)


def create(call: Call) -> Response:
    """A new property; an archived one of the same name is restored with the new definition."""
    body = call.request.json_object()
    _check_new(call, body)
    _check_types(body)
    now = call.hub.clock.now_ms()
    made = Property(_new_wire(body) | {"createdAt": timestamp(now), "updatedAt": timestamp(now)})
    call.hub.properties.save(call.portal.id, made, visible=now + call.hub.switches.property_delay_ms)
    location = f"{call.request.path}/{made.name}"
    return json_response(201, made.wire, (("Location", location),))


def _check_new(call: Call, body: Json) -> None:
    if absent := [field for field in REQUIRED if not text(body, field)]:
        raise validation(f"Required fields are missing: {', '.join(absent)}")
    if not NAME.fullmatch(body["name"]):
        raise invalid_property_names([body["name"]])
    known = call.hub.properties.of(call.portal.id)
    existing = known.get(body["name"])
    if existing and not existing.is_archived:
        raise property_exists(body["name"])
    living = [each.wire for each in known.values() if not each.is_archived]
    if sum(not wire["hubspotDefined"] for wire in living) >= MOST_CUSTOM:
        raise validation("The limit of custom properties is reached", subCategory="PropertyValidationError.LIMIT")
    if body.get("hasUniqueValue") and sum(wire["hasUniqueValue"] for wire in living) >= MOST_UNIQUE:
        raise validation("The limit of unique properties is reached", subCategory="PropertyValidationError.LIMIT")


def _check_types(wire: Json) -> None:
    if text(wire, "fieldType") not in FIELD_TYPES.get(text(wire, "type"), ()):
        raise validation(f"Field type {wire['fieldType']} does not fit type {wire['type']}")
    if wire["type"] in {"enumeration", "bool"}:
        _check_options(wire["name"], objects(wire, "options"))


def _check_options(name: str, options: list[Json]) -> None:
    if not options:
        raise property_without_options(name)
    if any(not {"label", "value", "displayOrder", "hidden"} <= option.keys() for option in options):
        raise validation("Every option needs label, value, displayOrder and hidden")
    if len({str(option["value"]) for option in options}) < len(options):
        raise validation(f"Property '{name}' has options with the same value")


def _new_wire(body: Json) -> Json:
    plain = definition(body["name"], body["label"], (body["type"], body["fieldType"]))
    own: Json = {
        "hubspotDefined": False,
        "hasUniqueValue": bool(body.get("hasUniqueValue")),
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False},
        "createdUserId": str(USER),
        "updatedUserId": str(USER),
    }
    return plain | {name: body[name] for name in CHANGEABLE if name in body} | own


def change(call: Call) -> Response:
    """`options` replaces the whole list of options."""
    found, body = _found(call), call.request.json_object()
    wire = found.wire | {name: body[name] for name in CHANGEABLE if name in body}
    _check_types(wire)
    wire["updatedAt"] = timestamp(call.hub.clock.now_ms())
    call.hub.properties.save(call.portal.id, Property(wire), visible=0)
    return json_response(200, wire)


def archive(call: Call) -> Response:
    found = _found(call)
    if not found.is_custom:
        raise validation(
            f"Property {found.name} cannot be archived",
            subCategory="PropertyValidationError.READ_ONLY_DEFINITION",
        )
    call.hub.properties.save(call.portal.id, Property(found.wire | {"archived": True}), visible=0)
    return NO_CONTENT


def validations(call: Call) -> Response:
    """Every property with rules. The shape of this answer is recalled from the documents, not verified."""
    rules: dict[str, list[Rule]] = {}
    for rule in call.hub.properties.rules(call.portal.id):
        rules.setdefault(rule.property, []).append(rule)
    shown = [
        {"propertyName": name, "propertyValidationRules": [_rule_json(rule) for rule in of_property]}
        for name, of_property in rules.items()
    ]
    return json_response(200, {"results": shown})


def validations_of_property(call: Call) -> Response:
    name = call.parameters["name"]
    rules = [rule for rule in call.hub.properties.rules(call.portal.id) if rule.property == name]
    return json_response(200, {"results": [_rule_json(rule) for rule in rules]})


def _rule_json(rule: Rule) -> Json:
    return {"ruleType": rule.type, "ruleArguments": rule.arguments}


ROUTES = (
    Route("GET", "/crm/properties/{type}", page, READ),
    Route("POST", "/crm/properties/{type}", create, WRITE),
    Route("GET", "/crm/properties/{type}/{name}", get, READ),
    Route("PATCH", "/crm/properties/{type}/{name}", change, WRITE),
    Route("DELETE", "/crm/properties/{type}/{name}", archive, WRITE),
    Route("GET", "/crm/property-validations/{type}", validations, READ),
    Route("GET", "/crm/property-validations/{type}/{name}", validations_of_property, READ),
)
