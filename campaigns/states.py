"""What may be done with a campaign in which state: the one table, which the pages and the services read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import TextChoices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from campaigns.models import Campaign


class Status(TextChoices):
    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    SENDING = "sending", "Sending"
    ACTIVE = "active", "Active"  # recurring, between two runs
    DELIVERED = "delivered", "Delivered"
    PAUSED = "paused", "Paused"
    STOPPED = "stopped", "Stopped"
    ERROR = "error", "Error"
    ARCHIVED = "archived", "Archived"


class Command(TextChoices):
    EDIT = "edit", "Edit"
    SEND = "send", "Send now"
    PAUSE = "pause", "Pause"
    GO_ON = "go_on", "Go on"
    STOP = "stop", "Stop"
    DELETE = "delete", "Delete"
    ARCHIVE = "archive", "Archive"


ALLOWED: Mapping[Status, frozenset[Command]] = {
    Status.DRAFT: frozenset({Command.EDIT, Command.SEND, Command.DELETE}),
    Status.SCHEDULED: frozenset(),
    Status.SENDING: frozenset({Command.PAUSE, Command.STOP}),
    Status.ACTIVE: frozenset(),
    Status.DELIVERED: frozenset({Command.EDIT, Command.SEND, Command.ARCHIVE}),
    Status.PAUSED: frozenset({Command.GO_ON, Command.STOP}),
    Status.STOPPED: frozenset({Command.EDIT, Command.SEND, Command.ARCHIVE}),
    Status.ERROR: frozenset({Command.EDIT, Command.SEND, Command.ARCHIVE}),
    Status.ARCHIVED: frozenset(),
}


DONE: Mapping[Command, str] = {
    Command.EDIT: "changed",
    Command.SEND: "sent",
    Command.DELETE: "deleted",
    Command.ARCHIVE: "archived",
}


def refusal(campaign: Campaign, command: Command) -> str:
    """Why the command is not allowed now, for people."""
    return f"“{campaign}” can't be {DONE[command]} while it is {campaign.get_status_display()}."


def may(status: str, command: Command) -> bool:
    return command in ALLOWED[Status(status)]


class RunState(TextChoices):
    """Where one run of a campaign stands; deliveries of a run have statuses of their own."""

    PREPARING = "preparing", "Preparing"
    SENDING = "sending", "Sending"
    PAUSED = "paused", "Paused"
    DELIVERED = "delivered", "Delivered"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Error"

    @property
    def has_ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({RunState.DELIVERED, RunState.STOPPED, RunState.FAILED})
OPEN = frozenset(RunState) - ENDED

_STANDING: Mapping[RunState, Status] = {
    RunState.PREPARING: Status.SENDING,
    RunState.SENDING: Status.SENDING,
    RunState.PAUSED: Status.PAUSED,
    RunState.DELIVERED: Status.DELIVERED,
    RunState.STOPPED: Status.STOPPED,
    RunState.FAILED: Status.ERROR,
}


def after_run(state: RunState) -> Status:
    """How the campaign stands when its latest run does like this."""
    return _STANDING[state]
