"""HubSpot's API as far as Muster uses it.

Each method is one call: it neither sleeps nor retries, raises only errors from `destinations.delivery.errors`, and
reports to `observe` what the answer's headers said about limits. Threads may share a client.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import quote

from django.conf import settings

from destinations.delivery.errors import ConfigurationError
from destinations.hubspot import reading
from destinations.hubspot.transport import ApiRequest, BearerToken, Transport, nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from destinations.delivery.connector import RateObserver
    from destinations.hubspot.answers import (
        AccountDetails,
        ContactList,
        ContactProperty,
        ContactsCreated,
        ContactsRead,
        ContactsUpdated,
        DailyUsage,
        MembershipChange,
        MembersRead,
        PropertyRule,
        TokenInfo,
    )
    from destinations.hubspot.transport import Json

Value = TypeVar("Value")

API_VERSION = "2026-09"
CONTACTS = f"/crm/objects/{API_VERSION}/contacts"
LISTS = f"/crm/lists/{API_VERSION}"
PROPERTIES = f"/crm/properties/{API_VERSION}/contacts"
VALIDATIONS = f"/crm/property-validations/{API_VERSION}/0-1"
ACCOUNT = f"/account-info/{API_VERSION}"
TOKEN_INFO = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105  a path

LARGEST_BATCH = 100
LARGEST_MEMBERS_PAGE = 250


class HubSpotClient:
    """One account, signed in with an access token, a private-app token or a service key."""

    def __init__(self, token: str, *, observe: RateObserver = nobody, base_url: str | None = None) -> None:
        self._token = token
        self._transport = Transport(base_url or settings.HUBSPOT_API_URL, BearerToken(token), observe)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    # The account

    def token_info(self) -> TokenInfo:
        """For a private-app token or service key; for an OAuth token use `oauth.introspect`."""
        request = ApiRequest("POST", TOKEN_INFO, json={"tokenKey": self._token})
        return self._transport.call(request, lambda body, _: reading.token_info(body))

    def account_details(self) -> AccountDetails:
        request = ApiRequest("GET", f"{ACCOUNT}/details")
        return self._transport.call(request, lambda body, _: reading.account_details(body))

    def daily_usage(self) -> DailyUsage | None:
        """Calls of the account's private apps today; None while HubSpot has no figures."""
        request = ApiRequest("GET", f"{ACCOUNT}/api-usage/daily/private-apps")
        return self._transport.call(request, lambda body, _: reading.daily_usage(body))

    # Contacts

    def read_contacts(self, emails: Sequence[str]) -> ContactsRead:
        """At most 100 contacts by primary or secondary address; pass each address once, in lower case."""
        _check_batch(emails)
        body = {
            "idProperty": "email",
            "properties": ["email", "hs_additional_emails"],
            "propertiesWithHistory": [],
            "inputs": [{"id": email} for email in emails],
        }
        request = ApiRequest("POST", f"{CONTACTS}/batch/read", json=body)
        return self._transport.call(
            request, lambda answer, request_id: reading.contacts_read(answer, request_id, asked=emails)
        )

    def update_contacts(self, values: Mapping[str, Mapping[str, str]]) -> ContactsUpdated:
        """Property values by record id, at most 100 contacts; `""` clears. Good rows are written next to bad ones.

        Raises RefusedError when HubSpot refuses the whole batch for one bad row; then nothing was written.
        """
        _check_batch(values)
        ids = {f"u{number}": record for number, record in enumerate(values)}
        inputs = [
            {"id": record, "properties": dict(values[record]), reading.WRITE_TRACE: trace}
            for trace, record in ids.items()
        ]
        request = ApiRequest("POST", f"{CONTACTS}/batch/update", json={"inputs": inputs}, writes=True)
        return self._transport.call(
            request, lambda body, request_id: reading.contacts_updated(body, request_id, ids=ids)
        )

    def create_contacts(self, values: Mapping[str, Mapping[str, str]]) -> ContactsCreated:
        """Property values by trace id, `email` among them, for at most 100 new contacts. Each row stands alone."""
        _check_batch(values)
        inputs = [
            {"properties": dict(properties), reading.WRITE_TRACE: trace} for trace, properties in values.items()
        ]
        request = ApiRequest("POST", f"{CONTACTS}/batch/create", json={"inputs": inputs}, writes=True)
        return self._transport.call(
            request, lambda body, request_id: reading.contacts_created(body, request_id, traces=values)
        )

    # Lists

    def list_by_id(self, list_id: str) -> ContactList | None:
        return self._if_there(f"{LISTS}/{quote(list_id, safe='')}", reading.contact_list)

    def list_by_name(self, name: str) -> ContactList | None:
        """Names are compared case-insensitively."""
        return self._if_there(f"{LISTS}/object-type-id/0-1/name/{quote(name, safe='')}", reading.contact_list)

    def create_list(self, name: str) -> ContactList:
        """Creates a MANUAL list; a taken name raises RefusedError with `ILS.DUPLICATE_LIST_NAMES`."""
        body = {"name": name, "objectTypeId": "0-1", "processingType": "MANUAL"}
        request = ApiRequest("POST", LISTS, json=body, writes=True)
        return self._transport.call(request, lambda answer, _: reading.contact_list(answer))

    def rename_list(self, list_id: str, name: str) -> None:
        path = f"{LISTS}/{quote(list_id, safe='')}/update-list-name"
        self._transport.call(ApiRequest("PUT", path, query={"listName": name}, writes=True), lambda *_: None)

    def change_members(
        self, list_id: str, *, add: Collection[str] = (), remove: Collection[str] = ()
    ) -> MembershipChange:
        """Adds records to a list and removes others, in one call. Safe to repeat."""
        path = f"{LISTS}/{quote(list_id, safe='')}/memberships/add-and-remove"
        body = {"recordIdsToAdd": list(add), "recordIdsToRemove": list(remove)}
        return self._transport.call(ApiRequest("PUT", path, json=body, writes=True), reading.membership_change)

    def members(self, list_id: str, *, after: str | None = None, limit: int = LARGEST_MEMBERS_PAGE) -> MembersRead:
        """One page of a list's members, in order of record id."""
        query = {"limit": str(limit)} | ({"after": after} if after else {})
        request = ApiRequest("GET", f"{LISTS}/{quote(list_id, safe='')}/memberships", query=query)
        return self._transport.call(request, lambda body, _: reading.members_read(body))

    # Properties

    def properties(self) -> tuple[ContactProperty, ...]:
        """Every contact property of the account that is not archived."""
        request = ApiRequest("GET", PROPERTIES)
        return self._transport.call(request, lambda body, _: reading.contact_properties(body))

    def property_named(self, name: str) -> ContactProperty | None:
        return self._if_there(f"{PROPERTIES}/{quote(name, safe='')}", reading.contact_property)

    def create_enumeration(self, name: str, *, label: str, group: str, options: Sequence[str]) -> ContactProperty:
        """Creates a drop-down; a taken name raises RefusedError with category OBJECT_ALREADY_EXISTS."""
        body = {
            "name": name,
            "label": label,
            "type": "enumeration",
            "fieldType": "select",
            "groupName": group,
            "options": _options(options),
        }
        request = ApiRequest("POST", PROPERTIES, json=body, writes=True)
        return self._transport.call(request, lambda answer, _: reading.contact_property(answer))

    def set_options(self, name: str, options: Sequence[str]) -> ContactProperty:
        """Replaces all options of a property: pass the old ones as well."""
        request = ApiRequest(
            "PATCH", f"{PROPERTIES}/{quote(name, safe='')}", json={"options": _options(options)}, writes=True
        )
        return self._transport.call(request, lambda answer, _: reading.contact_property(answer))

    def property_rules(self) -> tuple[PropertyRule, ...]:
        """The rules the account's administrators set for values; HubSpot enforces them on API writes."""
        return self._transport.call(ApiRequest("GET", VALIDATIONS), lambda body, _: reading.property_rules(body))

    def _if_there(self, path: str, read: Callable[[Json], Value]) -> Value | None:
        """None for a 404."""
        try:
            return self._transport.call(ApiRequest("GET", path), lambda body, _: read(body))
        except ConfigurationError as error:
            if error.evidence.status == HTTPStatus.NOT_FOUND:
                return None
            raise


def _check_batch(rows: Collection[object]) -> None:
    if len(rows) > LARGEST_BATCH:
        raise ValueError(f"a batch holds at most {LARGEST_BATCH} contacts, not {len(rows)}")


def _options(values: Sequence[str]) -> list[Json]:
    return [
        {"label": value.capitalize(), "value": value, "displayOrder": order, "hidden": False}
        for order, value in enumerate(values)
    ]
