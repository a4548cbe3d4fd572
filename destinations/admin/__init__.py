"""The operators' pages for credentials, destinations, data templates and schedules, as in the sidebar."""

from __future__ import annotations

from accounts.admin_site import Link, Section, site
from destinations.admin import panels
from destinations.admin.credentials import CredentialAdmin
from destinations.admin.data_templates import DataTemplateAdmin
from destinations.admin.destinations import DestinationAdmin
from destinations.admin.schedules import OrchestrationScheduleAdmin
from destinations.models import Credential, DataTemplate, Destination
from destinations.orchestrations.models import Orchestration

site.add_panel(panels.attention, order=10)
site.add_panel(panels.credentials, order=20)
site.add_panel(panels.quota, order=30)
site.add_panel(panels.deliveries, order=40)
site.add_link(
    Link(
        label="Deliveries",
        url_name="deliveries",
        icon="send",
        action="delivery:view",
        section=Section.SENDING,
        order=20,
    )
)
site.register(Credential, CredentialAdmin)
site.register(Destination, DestinationAdmin)
site.register(DataTemplate, DataTemplateAdmin)
site.register(Orchestration, OrchestrationScheduleAdmin)
