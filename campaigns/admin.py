"""Scheduled campaigns, listed with orchestrations in the admin's schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin
from unfold.decorators import display

from accounts.admin_site import site
from campaigns.errors import CampaignError
from campaigns.models import Campaign
from campaigns.services.commands import command
from campaigns.services.scheduling import set_schedule
from campaigns.states import Command
from destinations.admin.schedules import ScheduleAdmin
from destinations.forms.schedules import TimingForm
from destinations.schedules.recurrence import Kind

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet

    from accounts.models import User
    from destinations.schedules.recurrence import Schedule


class CampaignTiming(TimingForm):
    kinds: ClassVar = tuple(kind for kind in Kind if kind is not Kind.CRON)

    class Meta:
        model = Campaign
        fields = ()


@admin.register(Campaign, site=site)
class CampaignScheduleAdmin(ScheduleAdmin):
    view_action = "campaign:view"
    manage_action = "campaign:edit"
    send_action = "campaign:send"
    order = 11
    tab = "Campaigns"
    when_empty = "None sends itself. A campaign gets its timing in the Campaign Editor."
    kind = "campaign"
    form = CampaignTiming
    refusal = CampaignError
    list_filter = ("status",)

    def rows(self, request: Any) -> QuerySet[Any]:
        seen: QuerySet[Any] = (
            Campaign.objects.visible_to(request.access).by_themselves().select_related("scheduled_by")
        )
        return seen

    def pause(self, row: Campaign, *, paused: bool, actor: User) -> None:
        command(campaign=row, command=Command.PAUSE if paused else Command.GO_ON, actor=actor)

    def reschedule(self, row: Campaign, schedule: Schedule, *, actor: User) -> None:
        set_schedule(campaign=row, schedule=schedule, actor=actor)

    @display(description="Sends for")
    def sends_for(self, row: Campaign) -> str:
        return str(row.scheduled_by or "nobody: whoever scheduled it is gone")
