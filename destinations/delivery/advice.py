"""The text behind each code, the same wherever it is shown: what happened, and what to do about it.

The only such registry: for report rows, for what a delivery waits for, and for why one ended early.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer360 import email
from destinations.delivery.models import Delivery
from destinations.delivery.outcomes import Status
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "internal"
"""The code of an unexpected error."""

SETUP = "Check the data template"
DATA = "Correct it in the source data"
RETRY = "Retry"
NOTHING = "Nothing to do"
OPTIONS = "Add the option, or map another column"


@dataclass(frozen=True, slots=True)
class Explanation:
    what: str
    todo: str


# A row's code may be followed by a colon and a field name, which replaces `{field}`.
ROWS: Mapping[str, Explanation] = {
    "not_a_number": Explanation("The value for “{field}” is not a number.", DATA),
    "not_true_or_false": Explanation("The value for “{field}” is neither true nor false.", DATA),
    "not_a_date": Explanation("The value for “{field}” is not a date.", DATA),
    "not_a_date_and_time": Explanation("The value for “{field}” is not a date and time.", DATA),
    "not_an_option": Explanation("The value for “{field}” is not one of its options.", OPTIONS),
    "required": Explanation("“{field}” is required, and the customer has no value for it.", DATA),
    "same_address": Explanation("Another customer has the same e-mail address, and was sent.", NOTHING),
    "shared_with_control": Explanation(
        "A customer in a control group has the same e-mail address, so it is not sent.", NOTHING
    ),
    "same_contact": Explanation("Another address of the same contact was sent.", NOTHING),
    "not_there": Explanation(
        "The destination has no contact with this address.", "Allow new contacts, if they should be created"
    ),
    "vanished": Explanation("The contact was deleted while it was being sent.", RETRY),
    "gone_already": Explanation("The contact had already been removed by someone else.", NOTHING),
    "stranger": Explanation("This member was not added by Muster.", NOTHING),
    "no_answer": Explanation("The destination did not answer, even after several tries.", RETRY),
    "unaccounted": Explanation("The answer did not mention this customer.", RETRY),
    "refused": Explanation("The destination refused this customer and gave no reason.", RETRY),
    "INVALID_EMAIL": Explanation("The address was refused.", DATA),
    "INVALID_OPTION": Explanation("“{field}” was refused: the value is not one of its options.", OPTIONS),
    "INVALID_INTEGER": Explanation("“{field}” was refused: the value is not a whole number.", DATA),
    "INVALID_LONG": Explanation("“{field}” was refused: the value is not a whole number.", DATA),
    "INVALID_DATE": Explanation("“{field}” was refused: the value is not a date.", SETUP),
    "INVALID_OWNER_ID": Explanation("“{field}” was refused: there is no such owner.", DATA),
    "PROPERTY_DOESNT_EXIST": Explanation("“{field}” does not exist in the account.", SETUP),
    "READ_ONLY_VALUE": Explanation("“{field}” is kept by the destination itself and can't be written.", SETUP),
    "FAILED_VALIDATION_RULE": Explanation("“{field}” was refused by a rule of the account.", DATA),
    "VALUE_TOO_LONG": Explanation("“{field}” was refused: the value is too long.", DATA),
    "VALIDATION_ERROR": Explanation("The destination did not accept the customer's values.", DATA),
    "CONFLICT": Explanation("The contact was being changed by someone else.", RETRY),
    "OBJECT_NOT_FOUND": Explanation("The contact is no longer there.", RETRY),
    "OBJECT_ALREADY_EXISTS": Explanation("The contact exists already.", RETRY),
} | {code: Explanation(words, DATA) for code, words in email.REASONS.items()}

# Rows that need no reason: the outcome says enough.
OUTCOMES: Mapping[Status, Explanation] = {
    Status.FAILED: Explanation("The destination did not take it.", RETRY),
    Status.CREATED: Explanation("A new contact was created.", ""),
    Status.ADDED: Explanation("Added.", ""),
    Status.UPDATED: Explanation("Updated.", ""),
    Status.UNCHANGED: Explanation("Nothing had changed.", ""),
    Status.NOT_FOUND: Explanation(
        "There is no such contact at the destination.", "Allow new contacts, if they should be created"
    ),
    Status.INVALID: Explanation("The row can't be sent as it is.", DATA),
    Status.DUPLICATE: Explanation("The same person was sent already.", NOTHING),
    Status.NOT_SENT: Explanation("The delivery ended before this customer was reached.", "Send the rest"),
    Status.REMOVED: Explanation("Removed.", ""),
}

# Why a delivery waits for a person. The reason's numbers replace the placeholders of the same name.
HOLDS: Mapping[str, Explanation] = {
    "empty_audience": Explanation(
        "The audience is empty. {members} members would be removed.",
        "Check the query or segment first. If it is meant to be empty, let the delivery continue.",
    ),
    "large_change": Explanation(
        "{changed} customers would be added or removed, of {members} before: more than {limit} %.",
        "Check what would change, then let the delivery continue or stop it.",
    ),
    "many_removals": Explanation(
        "{removals} members would be removed, more than {limit}.",
        "Check who would be removed, then let the delivery continue or stop it.",
    ),
    "too_many_calls": Explanation(
        "It needs {needed} calls, and {left} are left today.",
        "Wait for tomorrow's calls, or let it start now and continue tomorrow.",
    ),
    "target_taken": Explanation(
        "The list or field at the destination belongs to another audience.",
        "Choose another name for one of the lists.",
    ),
}

# Replaces a hold's numbers for people who may not see personal data.
DISCREET = Explanation(
    "A guard of the destination asks whether this may be sent. Personal data decides who is in the audience, so"
    " its numbers are not shown to you.",
    "Ask someone who may see personal data to check and decide.",
)

# Why a delivery ended early. An error's own text replaces the explanation, never the next step.
ENDINGS: Mapping[str, Explanation] = {
    "authorisation": Explanation(
        "The destination no longer accepts the credential.",
        "Ask an operator to authorise the credential again, then send again.",
    ),
    "configuration": Explanation(
        "The destination does not have what the delivery needs.",
        "Ask an operator to check the destination and its data template, then send again.",
    ),
    "refused": Explanation(
        "The destination refused what was sent.",
        "Ask an operator to check the data template's mapping, then send again.",
    ),
    "unavailable": Explanation(
        "The destination has not answered for half an hour.",
        "Send again later. What has already arrived is not sent twice.",
    ),
    "data": Explanation(
        "The audience could not be computed.",
        "Check the query or segment and the tables that it reads, then send again.",
    ),
    UNKNOWN: Explanation(
        "Something unexpected happened, so Muster stopped.",
        "Ask an operator to check the log. What has arrived is in the report.",
    ),
}


def explain(reason: str, status: str = "") -> Explanation:
    """Why a row has its outcome; a code without text is shown as it is, with its field."""
    code, _, field = reason.partition(":")
    if not code:
        return OUTCOMES[Status(status)] if status else Explanation("", "")
    known = ROWS.get(code)
    if known is None:
        about = f" “{field}”" if field else ""
        return Explanation(f"The destination refused{about or ' the row'} ({code}).", SETUP)
    return Explanation(known.what.replace("“{field}”", f"“{field}”" if field else "A value"), known.todo)


def told(delivery: Delivery, *, discreet: bool = False) -> str:
    """What happened and what to do, for someone who does not know the internals; empty when all is well.

    `discreet` is for people who may learn neither who is in the audience nor how many.
    """
    if delivery.status == Delivery.Status.HELD:
        holds = [_hold(reason, discreet=discreet) for reason in delivery.held_for]
        return " ".join(dict.fromkeys([*(hold.what for hold in holds), *(hold.todo for hold in holds)]))
    if not delivery.error_code:
        return ""
    ending = ENDINGS[delivery.error_code]
    return f"{delivery.error or ending.what} {ending.todo}"


def _hold(reason: Mapping[str, int | str], *, discreet: bool = False) -> Explanation:
    """What a held delivery waits for; `discreet` is for people who may not learn the numbers."""
    numbers = {name: formats.number(value) for name, value in reason.items() if isinstance(value, int)}
    if discreet and numbers:
        return DISCREET
    hold = HOLDS[str(reason["code"])]
    return Explanation(hold.what.format(**numbers), hold.todo)
