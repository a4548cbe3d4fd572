"""What orchestrations refuse, each with a message for the person who asked."""

from __future__ import annotations

from destinations.errors import SetupError


class OrchestrationError(SetupError):
    """The root: this can't be saved, or can't be done now."""


class FieldRefusedError(OrchestrationError):
    """The value of one form field is not acceptable."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class RunRefusedError(OrchestrationError):
    """Nothing may be sent: someone has to change something first."""
