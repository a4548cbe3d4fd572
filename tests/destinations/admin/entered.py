"""What an operator enters into the forms of the admin, and how a test posts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from django.test import Client

    from destinations.models import Destination

ADMIN = "/t/acme/admin/destinations"
CREDENTIAL = {"name": "HubSpot", "description": "", "plugin_key": "hubspot", "kind": "private_app_token"}
DESTINATION = {
    "name": "HubSpot",
    "description": "Contact lists",
    "plugin_key": "hubspot",
    "foreign_members": "remove",
    "guards_empty_audience": "on",
    "guards_max_change_percent": "30",
    "guards_max_removals": "",
    "quota_share": "100",
    "daily_calls": "",
    "allow_business_users": "on",
}
TEMPLATE = {
    "name": "Lists",
    "description": "",
    "available_to_orchestrations": "on",
    "access": "inherited",
    "lands_as": "list",
    "list_name": "{{ object_name }}",
    "property_name": "",
    "columns-source": ["email", "first_name", ""],
    "columns-target": ["email", "firstname", ""],
    "columns-when_empty": ["leave", "clear", "leave"],
}


def shown(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 200
    return answer.content.decode()


def post_template(operator: Client, destination: Destination, **changes: Any) -> HttpResponseBase:
    entered = {**TEMPLATE, "destination": destination.pk, **changes}
    return operator.post(f"{ADMIN}/datatemplate/add/?destination={destination.pk}", entered)
