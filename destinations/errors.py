"""What setting up destinations refuses, each with a message for the person at the form.

Requests to the destination itself raise the errors of `destinations.delivery.errors`.
"""

from __future__ import annotations


class SetupError(Exception):
    """The root: something about a credential, destination or data template can't be saved or used."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AccountRejectedError(SetupError):
    """The destination's account refuses the credential or what the settings require; nothing was saved."""


class AccountUnreachableError(SetupError):
    """The account could not be asked just now; the input may be saved as not tested."""


class ChangedMeanwhileError(SetupError):
    """Someone else saved the same object after this form was opened."""


class InUseError(SetupError):
    """It can't be deleted while something uses it."""


class BeyondOwnError(SetupError):
    """Someone with Restrict PII access may not open anything to people with Restrict PII access."""


class AuthorisationLinkError(SetupError):
    """An authorisation link is denied, expired, already used or not ours; nothing was changed."""


class NameTemplateError(SetupError):
    """A name with variables is invalid, or results in a name the destination would refuse."""


class MappingError(SetupError):
    """A mapping doesn't fit the account or the data; `problems` says where, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class SecretUnreadableError(SetupError):
    """A stored secret can't be decrypted: its key is gone, or it was sealed for another tenant."""
