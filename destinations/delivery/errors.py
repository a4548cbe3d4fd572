"""What can go wrong between Muster and a destination: one tree, whose classes say what to do next.

    DestinationError
    ├── PermanentError          a repeat gives the same answer: stop and ask a person
    │   ├── ConfigurationError  settings, mapping or target can't work as they are
    │   ├── AuthorisationError  the credential is refused or lacks a permission
    │   └── RefusedError        the destination read this request and said no to its content
    └── TransientError          the same request may succeed later
        ├── RateLimited         the destination named a limit, perhaps with a wait
        └── Unavailable         no usable answer; the request may or may not have been carried out

An exception outside this tree stops the delivery until a person acts: it is never retried blindly.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """What the destination's answer said, free of customer data: codes and names, never values."""

    status: int | None = None
    category: str = ""
    sub_category: str = ""
    request_id: str = ""
    codes: tuple[str, ...] = ()  # such as INVALID_EMAIL, in the order of the answer
    fields: tuple[str, ...] = ()  # the destination's names for the fields that the answer blames

    @property
    def reference(self) -> str:
        """What to quote to the destination's support: “HTTP 400, VALIDATION_ERROR, request 9c1f…”."""
        parts = dict.fromkeys((self.category, self.sub_category, *self.codes[:3]))
        status = f"HTTP {self.status}" if self.status else ""
        request = f"request {self.request_id}" if self.request_id else ""
        return ", ".join(filter(None, (status, *parts, request)))


NO_EVIDENCE = Evidence()


class DestinationError(Exception):
    """A request to a destination failed; the message is for people and holds no customer data.

    As text, for logs, it ends with the evidence's reference.
    """

    def __init__(self, message: str, *, evidence: Evidence = NO_EVIDENCE) -> None:
        super().__init__(message)
        self.message = message
        self.evidence = evidence

    def __str__(self) -> str:
        reference = self.evidence.reference
        return f"{self.message} ({reference})" if reference else self.message


class PermanentError(DestinationError):
    """Repeating the request can't help; someone must change something."""


class ConfigurationError(PermanentError):
    """Settings, mapping or target can't work as they are; the message names what to change."""


class AuthorisationError(PermanentError):
    """The credential is refused or lacks a permission."""


class RefusedError(PermanentError):
    """The destination refused the content of this one request; others may still succeed."""


class TransientError(DestinationError):
    """The same request may succeed later."""


class RateLimited(TransientError):  # noqa: N818 - reads as the state it reports
    """A limit of the destination was hit: its name, and `retry_after` in seconds if stated."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        policy: str = "",
        evidence: Evidence = NO_EVIDENCE,
    ) -> None:
        super().__init__(message, evidence=evidence)
        self.retry_after = retry_after
        self.policy = policy


class Unavailable(TransientError):  # noqa: N818 - same
    """No usable answer came; with `maybe_written` the request may have been carried out anyway."""

    def __init__(self, message: str, *, maybe_written: bool, evidence: Evidence = NO_EVIDENCE) -> None:
        super().__init__(message, evidence=evidence)
        self.maybe_written = maybe_written
