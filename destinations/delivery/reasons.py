"""What the codes of outcomes say to people: what happened, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from customer360 import email

SETUP = "Check the data template"
DATA = "Correct it in the source data"
RETRY = "Retry"
NOTHING = "Nothing to do"


@dataclass(frozen=True, slots=True)
class Explanation:
    what: str
    todo: str


# By code. A code may be followed by a colon and the field that it is about, which goes where `{field}` stands.
_EXPLANATIONS = {
    "": Explanation("", ""),
    "not_a_number": Explanation("The value for “{field}” is not a number.", DATA),
    "not_true_or_false": Explanation("The value for “{field}” is neither true nor false.", DATA),
    "not_a_date": Explanation("The value for “{field}” is not a date.", DATA),
    "not_a_date_and_time": Explanation("The value for “{field}” is not a date and time.", DATA),
    "not_an_option": Explanation(
        "The value for “{field}” is not one of its options.", "Add the option, or map another column"
    ),
    "missing": Explanation("“{field}” is required, and the customer has no value for it.", DATA),
    "same_address": Explanation("Another customer has the same e-mail address, and was sent.", NOTHING),
    "same_contact": Explanation("Another address of the same contact was sent.", NOTHING),
    "not_there": Explanation(
        "There is no contact with this address.", "Allow new contacts, if they should be created"
    ),
    "vanished": Explanation("The contact was deleted while it was being sent.", RETRY),
    "gone_already": Explanation("Somebody else had removed the contact.", NOTHING),
    "stranger": Explanation("A member that Muster did not add.", NOTHING),
    "no_answer": Explanation("There was no answer, however often it was tried.", RETRY),
    "unaccounted": Explanation("The answer did not mention this customer.", RETRY),
    "INVALID_EMAIL": Explanation("The address was refused.", DATA),
    "INVALID_OPTION": Explanation(
        "“{field}” was refused: the value is not one of its options.", "Add the option, or map another column"
    ),
    "INVALID_INTEGER": Explanation("“{field}” was refused: the value is not a whole number.", DATA),
    "INVALID_LONG": Explanation("“{field}” was refused: the value is not a whole number.", DATA),
    "INVALID_DATE": Explanation("“{field}” was refused: the value is not a date.", SETUP),
    "INVALID_OWNER_ID": Explanation("“{field}” was refused: there is no such owner.", DATA),
    "CONFLICT": Explanation("The contact was being changed by someone else.", RETRY),
}
_ADDRESS = {code: Explanation(words, DATA) for code, words in email.REASONS.items()}
_BY_CODE = _EXPLANATIONS | _ADDRESS


def explain(reason: str) -> Explanation:
    """In words; a code that nobody has words for is shown as it is, with the field that it is about."""
    code, _, field = reason.partition(":")
    known = _BY_CODE.get(code)
    if known is None:
        about = f" “{field}”" if field else ""
        return Explanation(f"The destination refused{about or ' the row'} ({code}).", SETUP)
    return Explanation(known.what.replace("{field}", field), known.todo)
