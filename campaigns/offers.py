"""Which commands a person is offered: those that make sense and that the campaign's status and policies allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.states import Command, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.access import Access
    from campaigns.models import Campaign

EDIT, SEND = "campaign:edit", "campaign:send"
ACTIONS: Mapping[Command, str] = {
    Command.EDIT: EDIT,
    Command.SEND: SEND,
    Command.SCHEDULE: SEND,
    Command.UNSCHEDULE: EDIT,
    Command.PAUSE: SEND,
    Command.GO_ON: SEND,
    Command.STOP: SEND,
    Command.COPY: EDIT,
    Command.ARCHIVE: EDIT,
    Command.RESTORE: EDIT,
    Command.DELETE: EDIT,
}


def offered(campaign: Campaign, access: Access, *, was_sent: bool) -> list[Command]:
    return [
        command
        for command, action in ACTIONS.items()
        if campaign.may(command) and access.can(action) and _makes_sense(command, campaign, was_sent=was_sent)
    ]


def _makes_sense(command: Command, campaign: Campaign, *, was_sent: bool) -> bool:
    match command:
        case Command.SCHEDULE:
            return campaign.schedule is not None and campaign.next_run_at is None
        case Command.UNSCHEDULE:
            return campaign.next_run_at is not None or campaign.status != Status.ERROR
        case Command.DELETE:
            return not was_sent
        case Command.ARCHIVE:
            return was_sent or campaign.status != Status.DRAFT
        case _:
            return True
