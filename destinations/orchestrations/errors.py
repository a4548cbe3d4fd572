"""What orchestrations refuse, each with a sentence for the person who asked."""

from __future__ import annotations

from destinations.errors import SetupError


class OrchestrationError(SetupError):
    """The root: this can't be saved, or can't be done now."""


class FieldRefusedError(OrchestrationError):
    """What stands in one field of the form can't be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class RunRefusedError(OrchestrationError):
    """Nothing may be sent: somebody has to change something first."""
