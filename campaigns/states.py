"""What may be done with a campaign in which status: the one table that pages and services read."""

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
    STOPPING = "stopping", "Stopping…"  # someone said stop, and something is still under way
    STOPPED = "stopped", "Stopped"
    ERROR = "error", "Error"
    ARCHIVED = "archived", "Archived"


class Command(TextChoices):
    EDIT = "edit", "Edit"
    SEND = "send", "Send now"
    SCHEDULE = "schedule", "Schedule"
    UNSCHEDULE = "unschedule", "Unschedule and edit"
    PAUSE = "pause", "Pause"
    GO_ON = "go_on", "Resume"
    STOP = "stop", "Stop"
    COPY = "copy", "Make a copy"
    ARCHIVE = "archive", "Archive"
    RESTORE = "restore", "Restore"
    DELETE = "delete", "Delete"


_AT_REST = frozenset({Command.EDIT, Command.SEND, Command.SCHEDULE, Command.COPY, Command.ARCHIVE})

ALLOWED: Mapping[Status, frozenset[Command]] = {
    Status.DRAFT: _AT_REST | {Command.DELETE},
    Status.SCHEDULED: frozenset({Command.UNSCHEDULE, Command.PAUSE, Command.COPY}),
    Status.SENDING: frozenset({Command.PAUSE, Command.STOP, Command.COPY}),
    Status.ACTIVE: frozenset({Command.SEND, Command.UNSCHEDULE, Command.PAUSE, Command.STOP, Command.COPY}),
    Status.DELIVERED: _AT_REST,
    Status.PAUSED: frozenset({Command.GO_ON, Command.STOP, Command.COPY}),
    Status.STOPPING: frozenset({Command.COPY}),
    Status.STOPPED: _AT_REST,
    Status.ERROR: _AT_REST | {Command.UNSCHEDULE},
    Status.ARCHIVED: frozenset({Command.RESTORE, Command.COPY}),
}
"""Anything else is refused, with these words:"""

_DONE: Mapping[Command, str] = {
    Command.EDIT: "changed",
    Command.SEND: "sent",
    Command.SCHEDULE: "scheduled",
    Command.UNSCHEDULE: "unscheduled",
    Command.PAUSE: "paused",
    Command.GO_ON: "resumed",
    Command.STOP: "stopped",
    Command.COPY: "copied",
    Command.ARCHIVE: "archived",
    Command.RESTORE: "restored",
    Command.DELETE: "deleted",
}
UNSCHEDULE_FIRST = "Unschedule it first."
_WAY_OUT: Mapping[Status, str] = {
    Status.SCHEDULED: UNSCHEDULE_FIRST,
    Status.ACTIVE: UNSCHEDULE_FIRST,
    Status.SENDING: "Wait for the send to end, or stop it.",
    Status.PAUSED: "Resume it or stop it first.",
    Status.STOPPING: "Wait a moment until it has stopped.",
    Status.ARCHIVED: "Restore it first.",
}


def refusal(campaign: Campaign, command: Command) -> str:
    """Why the command is not allowed now, and what to do, for people."""
    if may(campaign.status, command):
        return f"“{campaign}” can't be {_DONE[command]} while it will be sent by itself. {UNSCHEDULE_FIRST}"
    words = f"“{campaign}” can't be {_DONE[command]} while it is {campaign.get_status_display()}."
    return " ".join(filter(None, [words, _WAY_OUT.get(Status(campaign.status), "")]))


def may(status: str, command: Command, *, is_due: bool = False) -> bool:
    """`is_due`: its schedule has another time; such a campaign can't be edited, whatever its status."""
    return command in ALLOWED[Status(status)] and not (is_due and command is Command.EDIT)


class RunState(TextChoices):
    """The state of one run of a campaign; its deliveries have statuses of their own."""

    PREPARING = "preparing", "Preparing"
    SENDING = "sending", "Sending"
    PAUSED = "paused", "Paused"
    STOPPING = "stopping", "Stopping…"
    DELIVERED = "delivered", "Delivered"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Error"

    @property
    def has_ended(self) -> bool:
        return self in ENDED


ENDED = frozenset({RunState.DELIVERED, RunState.STOPPED, RunState.FAILED})
OPEN = frozenset(RunState) - ENDED
MAY_STOP = OPEN - {RunState.STOPPING}

_STANDING: Mapping[RunState, Status] = {
    RunState.PREPARING: Status.SENDING,
    RunState.SENDING: Status.SENDING,
    RunState.PAUSED: Status.PAUSED,
    RunState.STOPPING: Status.STOPPING,
    RunState.DELIVERED: Status.DELIVERED,
    RunState.STOPPED: Status.STOPPED,
    RunState.FAILED: Status.ERROR,
}


def after_run(state: RunState, *, goes_on: bool = False) -> Status:
    """The campaign's status when its latest run is in this state; `goes_on`: its schedule has another time."""
    return Status.ACTIVE if goes_on and state is RunState.DELIVERED else _STANDING[state]
