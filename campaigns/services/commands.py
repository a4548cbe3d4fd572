"""The commands that people give a campaign, from its page or the list, and the services that execute them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.errors import CampaignChangedError
from campaigns.models import Campaign, CampaignRun
from campaigns.services import keeping, scheduling, steering
from campaigns.services.editing import delete_campaign
from campaigns.services.sending import start_send
from campaigns.states import Command

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from accounts.models import User

    class Service(Protocol):
        def __call__(self, *, campaign: Campaign, actor: User) -> object: ...

    class Steering(Protocol):
        def __call__(self, *, run: CampaignRun, actor: User) -> None: ...


SERVICES: Mapping[Command, Service] = {
    Command.SEND: start_send,
    Command.SCHEDULE: scheduling.schedule_campaign,
    Command.UNSCHEDULE: scheduling.unschedule_campaign,
    Command.PAUSE: scheduling.pause_schedule,
    Command.GO_ON: scheduling.resume_schedule,
    Command.STOP: scheduling.stop_schedule,
    Command.COPY: keeping.copy_campaign,
    Command.ARCHIVE: keeping.archive_campaign,
    Command.RESTORE: keeping.restore_campaign,
    Command.DELETE: delete_campaign,
}
STEERING: Mapping[Command, Steering] = {
    Command.PAUSE: steering.pause_run,
    Command.GO_ON: steering.resume_run,
    Command.STOP: steering.stop_run,
}

LOOKED_AT = frozenset({Command.SEND, Command.SCHEDULE})
"""Commands that a person approves by what the campaign's page shows."""
CHANGED = "“{}” was changed since you looked at it, so nothing was started. This is how it is now."


@transaction.atomic
def command(*, campaign: Campaign, command: Command, actor: User, revision: int | None = None) -> object:
    """Executes it and returns the service's result. Pause, resume and stop apply to a run under way, too.

    With the `revision` that the person saw, no other one is sent or scheduled. Raises CampaignError, and
    ActionRefused when the person may not send.
    """
    current = Campaign.objects.select_for_update().get(pk=campaign.pk)  # a concurrent run is seen, or waits
    if command in LOOKED_AT and revision not in {None, current.revision}:
        raise CampaignChangedError(CHANGED.format(current))
    run = CampaignRun.objects.open().filter(campaign=campaign).first() if command in STEERING else None
    if run is None:
        return SERVICES[command](campaign=campaign, actor=actor)
    STEERING[command](run=run, actor=actor)
    scheduling.plan_after_steering(campaign, command)
    run.refresh_from_db()
    return run
