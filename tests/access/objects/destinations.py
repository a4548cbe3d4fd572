from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.models import Credential, DataTemplate, Destination
from tests.access.making import made_for

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("admin/destinations/credential/")
def credential(cast: Cast) -> Credential:
    made, _created = Credential.objects.get_or_create(name="HubSpot")
    return made


@made_for("destinations/<int:destination_id>/", "admin/destinations/destination/")
def destination(cast: Cast) -> Destination:
    """Open to business users and to people with restricted access to PII."""
    made, _created = Destination.objects.get_or_create(
        name="HubSpot",
        defaults={"credential": credential(cast), "allow_business_users": True, "allow_restricted_pii": True},
    )
    return made


@made_for("admin/destinations/datatemplate/")
def data_template(cast: Cast) -> DataTemplate:
    made, _created = DataTemplate.objects.get_or_create(
        name="Contact lists",
        destination=destination(cast),
        defaults={"mapping": [{"source": "email", "target": "email"}]},
    )
    return made
