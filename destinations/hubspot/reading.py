"""Parses the bodies of HubSpot's answers; a body that does not fit raises KeyError, TypeError or ValueError."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from destinations.hubspot.answers import (
    AccountDetails,
    Contact,
    ContactList,
    ContactProperty,
    ContactsCreated,
    ContactsRead,
    ContactsUpdated,
    DailyUsage,
    MembershipChange,
    MembersRead,
    PropertyOption,
    PropertyRule,
    RowRefusal,
    TokenInfo,
)
from destinations.hubspot.failures import row_refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Json = dict[str, Any]

NOT_FOUND = "OBJECT_NOT_FOUND"
WRITE_TRACE = "objectWriteTraceId"


def contacts_read(body: Json, request_id: str, *, asked: Sequence[str]) -> ContactsRead:
    """Contacts by the address asked for, primary or secondary, whatever its case."""
    by_address: dict[str, Contact] = {}
    for result in body["results"]:
        contact = _contact(result)
        for address in (contact.email, *contact.additional_emails):
            by_address[address.lower()] = contact
    found = {email: by_address[email.lower()] for email in asked if email.lower() in by_address}
    missing = frozenset(_missing(body)).intersection(asked) - found.keys()
    return ContactsRead(found, missing, frozenset(asked) - found.keys() - missing, request_id)


def _contact(result: Json) -> Contact:
    properties = result["properties"]
    additional = properties.get("hs_additional_emails") or ""
    return Contact(str(result["id"]), properties.get("email") or "", tuple(filter(None, additional.split(";"))))


def _missing(body: Json) -> Iterable[str]:
    """Every id that a grouped error names as missing."""
    for error in body.get("errors") or ():
        if error.get("category") == NOT_FOUND:
            yield from map(str, (error.get("context") or {}).get("ids") or ())


def _refused(body: Json) -> dict[str, RowRefusal]:
    """Refusals by trace id."""
    refused = {}
    for error in body.get("errors") or ():
        for trace in (error.get("context") or {}).get(WRITE_TRACE) or ():
            refused[str(trace)] = row_refusal(error)
    return refused


def contacts_updated(body: Json, request_id: str, *, ids: Mapping[str, str]) -> ContactsUpdated:
    """`ids` maps the trace ids that were sent to record ids."""
    updated = frozenset(str(result["id"]) for result in body["results"]).intersection(ids.values())
    refused = {ids[trace]: refusal for trace, refusal in _refused(body).items() if trace in ids}
    missing = frozenset(_missing(body)).intersection(ids.values())
    silent = frozenset(ids.values()) - updated - missing - refused.keys()
    return ContactsUpdated(updated, missing, refused, silent, request_id)


def contacts_created(body: Json, request_id: str, *, traces: Iterable[str]) -> ContactsCreated:
    asked = frozenset(traces)
    created = {str(result[WRITE_TRACE]): str(result["id"]) for result in body["results"] if WRITE_TRACE in result}
    created = {trace: created[trace] for trace in asked & created.keys()}
    refused = {trace: refusal for trace, refusal in _refused(body).items() if trace in asked}
    return ContactsCreated(created, refused, asked - created.keys() - refused.keys(), request_id)


def membership_change(body: Json, request_id: str) -> MembershipChange:
    """HubSpot uses both spellings of the first array, and may omit either array."""
    added = body.get("recordsIdsAdded") or body.get("recordIdsAdded") or ()
    removed = body.get("recordIdsRemoved") or body.get("recordsIdsRemoved") or ()
    missing = body.get("recordIdsMissing") or ()
    added, removed, missing = (frozenset(map(str, ids)) for ids in (added, removed, missing))
    return MembershipChange(added, removed, missing, request_id)


def contact_list(body: Json) -> ContactList:
    shown = body.get("list") or body["updatedList"]
    size = shown.get("size", (shown.get("additionalProperties") or {}).get("hs_list_size"))
    return ContactList(
        id=str(shown["listId"]),
        name=shown["name"],
        processing_type=shown["processingType"],
        object_type=shown["objectTypeId"],
        size=int(size) if size is not None else None,
    )


def members_read(body: Json) -> MembersRead:
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return MembersRead(tuple(str(member["recordId"]) for member in body["results"]), after)


def contact_property(shown: Json) -> ContactProperty:
    limits = shown.get("modificationMetadata") or {}
    read_only = limits.get("readOnlyValue") or shown.get("calculated") or shown.get("archived")
    return ContactProperty(
        name=shown["name"],
        label=shown["label"],
        type=shown["type"],
        field_type=shown["fieldType"],
        group=shown.get("groupName", ""),
        options=tuple(
            PropertyOption(str(option["value"]), option["label"], bool(option.get("hidden")))
            for option in shown.get("options") or ()
        ),
        is_writable=not read_only,
        is_hidden=bool(shown.get("hidden")),
        has_unique_value=bool(shown.get("hasUniqueValue")),
        description=shown.get("description") or "",
    )


def contact_properties(body: Json) -> tuple[ContactProperty, ...]:
    return tuple(contact_property(shown) for shown in body["results"])


def property_rules(body: Json) -> tuple[PropertyRule, ...]:
    return tuple(
        PropertyRule(shown["propertyName"], rule["ruleType"], tuple(map(str, rule.get("ruleArguments") or ())))
        for shown in body["results"]
        for rule in shown.get("propertyValidationRules") or ()
    )


def account_details(body: Json) -> AccountDetails:
    return AccountDetails(
        portal=int(body["portalId"]),
        account_type=body.get("accountType", ""),
        time_zone=body.get("timeZone", "UTC"),
        ui_domain=body.get("uiDomain", ""),
        data_location=body.get("dataHostingLocation", ""),
    )


def token_info(body: Json) -> TokenInfo:
    return TokenInfo(int(body["hubId"]), int(body["appId"]), int(body["userId"]), frozenset(body["scopes"]))


def daily_usage(body: Json) -> DailyUsage | None:
    """None while HubSpot has no figures."""
    for usage in body["results"]:
        if usage.get("fetchStatus") in {"SUCCESS", "CACHED"} and usage.get("usageLimit") is not None:
            resets_at = datetime.fromisoformat(usage["resetsAt"])
            return DailyUsage(int(usage["currentUsage"]), int(usage["usageLimit"]), resets_at)
    return None
