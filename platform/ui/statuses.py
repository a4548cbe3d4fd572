"""How each status word looks. The words are the product's own; this is the only place that colours them."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    PLAIN = ""
    WAIT = "wait"
    RUN = "run"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


DELIVERY_STATUSES = {
    "Waiting to start…": Tone.WAIT,
    "Preparing": Tone.RUN,
    "Held": Tone.WARN,
    "Sending": Tone.RUN,
    "Stopping…": Tone.WARN,
    "Stopped": Tone.PLAIN,
    "Completed": Tone.GOOD,
    "Completed with errors": Tone.WARN,
    "Failed": Tone.BAD,
}
CAMPAIGN_STATUSES = {
    "Draft": Tone.PLAIN,
    "Scheduled": Tone.WAIT,
    "Sending": Tone.RUN,
    "Active": Tone.GOOD,
    "Delivered": Tone.GOOD,
    "Paused": Tone.WARN,
    "Stopping…": Tone.WARN,
    "Stopped": Tone.PLAIN,
    "Error": Tone.BAD,
    "Archived": Tone.PLAIN,
}
OTHER_STATUSES = {
    "Waiting": Tone.WAIT,
    "Waiting to run": Tone.WAIT,
    "Running": Tone.RUN,
    "To be confirmed": Tone.WAIT,
    "Waiting to be built…": Tone.WAIT,
    "Being built…": Tone.RUN,
    "Not built": Tone.BAD,
    "Cancelled": Tone.PLAIN,
    "Inactive": Tone.PLAIN,
    "Connected": Tone.GOOD,
    "Not tested": Tone.WARN,
    "Reauthorise": Tone.BAD,
    "Expired": Tone.BAD,
    "Invited": Tone.WAIT,
    "Never sent": Tone.PLAIN,
}
TONES = DELIVERY_STATUSES | CAMPAIGN_STATUSES | OTHER_STATUSES


def tone(word: str) -> Tone:
    """The tone of a status word; plain for any other word."""
    return TONES.get(word, Tone.PLAIN)
