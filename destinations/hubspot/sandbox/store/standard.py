"""Some of the properties that every HubSpot account has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT = ("string", "text")
PHONE = ("string", "phonenumber")
MOMENT = ("datetime", "date")
CHOICE = ("enumeration", "radio")
CHOICES = ("enumeration", "checkbox")

LIFECYCLE_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
LEAD_STATUSES = (
    "NEW",
    "OPEN",
    "IN_PROGRESS",
    "OPEN_DEAL",
    "UNQUALIFIED",
    "ATTEMPTED_TO_CONTACT",
    "CONNECTED",
)


def options_of(values: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": value.replace("_", " ").capitalize(),
            "value": value,
            "displayOrder": order,
            "hidden": False,
        }
        for order, value in enumerate(values)
    ]


def definition(
    name: str,
    label: str,
    form: tuple[str, str] = TEXT,
    *,
    read_only: bool = False,
    options: Iterable[str] = (),
) -> dict[str, Any]:
    """A built-in HubSpot property, as the API shows it."""
    return {
        "name": name,
        "label": label,
        "type": form[0],
        "fieldType": form[1],
        "description": "",
        "groupName": "contactinformation",
        "options": options_of(options),
        "displayOrder": -1,
        "calculated": read_only,
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": False,
        "hidden": False,
        "hubspotDefined": True,
        "modificationMetadata": {"archivable": False, "readOnlyDefinition": True, "readOnlyValue": read_only},
        "formField": not read_only,
        "dataSensitivity": "non_sensitive",
        "createdAt": "2019-08-06T02:41:08.000Z",
        "updatedAt": "2019-08-06T02:41:08.000Z",
    }


STANDARD_PROPERTIES = (
    definition("email", "Email"),
    definition("firstname", "First Name"),
    definition("lastname", "Last Name"),
    definition("phone", "Phone Number", PHONE),
    definition("mobilephone", "Mobile Phone Number", PHONE),
    definition("company", "Company Name"),
    definition("jobtitle", "Job Title"),
    definition("website", "Website URL"),
    definition("address", "Street Address"),
    definition("city", "City"),
    definition("state", "State/Region"),
    definition("zip", "Postal Code"),
    definition("country", "Country/Region"),
    definition("date_of_birth", "Date of birth"),
    definition("annualrevenue", "Annual Revenue"),
    definition(
        "numemployees",
        "Number of Employees",
        ("enumeration", "select"),
        options=("1-5", "5-25", "25-50", "50+"),
    ),
    definition("closedate", "Close Date", MOMENT),
    definition("lifecyclestage", "Lifecycle Stage", CHOICE, options=LIFECYCLE_STAGES),
    definition("hs_lead_status", "Lead Status", CHOICE, options=LEAD_STATUSES),
    definition("hs_object_id", "Record ID", ("number", "number"), read_only=True),
    definition("createdate", "Create Date", MOMENT, read_only=True),
    definition("lastmodifieddate", "Last Modified Date", MOMENT, read_only=True),
    definition("hs_additional_emails", "Additional email addresses", CHOICES, read_only=True),
    definition("hs_merged_object_ids", "Merged record IDs", CHOICES, read_only=True),
    definition("hs_email_domain", "Email Domain", read_only=True),
)
