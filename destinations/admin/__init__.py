"""The operators' pages for credentials, destinations, data templates and schedules, as in the side bar."""

from __future__ import annotations

from accounts.admin_site import site
from destinations.admin.credentials import CredentialAdmin
from destinations.admin.data_templates import DataTemplateAdmin
from destinations.admin.destinations import DestinationAdmin
from destinations.admin.panels import attention
from destinations.admin.schedules import ScheduleAdmin
from destinations.models import Credential, DataTemplate, Destination
from destinations.orchestrations.models import Orchestration

site.add_panel(attention, order=10)
site.register(Credential, CredentialAdmin)
site.register(Destination, DestinationAdmin)
site.register(DataTemplate, DataTemplateAdmin)
site.register(Orchestration, ScheduleAdmin)
