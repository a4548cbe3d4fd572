from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from accounts.access import Refusal


class AccountsError(Exception):
    """The root of what accounts refuses; the message is for the person who asked."""


class UnknownActionError(AccountsError):
    """An action was named that `policies.csv` does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is not an action: accounts/policies.csv lists them.")


class MembershipError(AccountsError):
    """A change of someone's access that must not happen."""


class RightsChangedError(MembershipError):
    """Someone else changed a person's rights after the form was opened."""


class InvitationError(AccountsError):
    """An invitation that cannot be accepted."""


class ActionRefused(PermissionDenied):
    """The person is a member, but none of their policies allows the action; carries those that would."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.action.description)
        self.refusal = refusal
