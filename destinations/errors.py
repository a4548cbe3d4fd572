"""What setting up destinations refuses, each with a sentence for the person at the form.

Requests to the destination itself fail with the tree of `destinations.delivery.errors`.
"""

from __future__ import annotations


class SetupError(Exception):
    """The root: something about a credential, destination or data template can't be saved or used."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AccountRejectedError(SetupError):
    """The destination's account refuses the credential or what the settings need of it; nothing was saved."""


class AccountUnreachableError(SetupError):
    """Whether the account accepts could not be found out now; it may be saved as not tested."""


class ChangedMeanwhileError(SetupError):
    """Somebody else saved the same object after this form was opened."""


class InUseError(SetupError):
    """It can't be deleted while something is set up with it."""


class BeyondOwnError(SetupError):
    """Nobody opens a door for people with Restrict PII access who is one of them."""


class AuthorisationLinkError(SetupError):
    """An authorisation link is denied, expired, used already or not ours; nothing was changed."""


class NameTemplateError(SetupError):
    """A name with variables can't be used as it is, or gives a name that the destination would refuse."""


class MappingError(SetupError):
    """A mapping doesn't fit the account or the data; `problems` says where, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


class SecretUnreadableError(SetupError):
    """A stored secret can't be decrypted: its key is gone, or it was sealed for another tenant."""
