"""Maps HubSpot's errors to those of `destinations.delivery.errors`.

HubSpot's texts quote what was sent, so none of them is kept: messages here are ours, and the evidence is status,
category, codes and HubSpot's request id. Reasons are recognised by codes, because texts come in the user's
language.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from destinations.delivery.errors import (
    AuthorisationError,
    ConfigurationError,
    DestinationError,
    Evidence,
    RateLimited,
    RefusedError,
    Unavailable,
)
from destinations.hubspot.answers import RowRefusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Json = dict[str, Any]

LOCKED_SECONDS = 2.0
MIGRATING = 477
VALUES_REFUSED = re.compile(r": (\[\{.*\}\])\s*$", re.DOTALL)
EXISTING_ID = re.compile(r"Existing ID: (\d+)")
CODE = re.compile(r"[A-Za-z0-9_. -]{1,80}")
CONNECTION_IS_DEAD = {"BAD_REFRESH_TOKEN", "BAD_HUB", "BAD_AUTH_CODE"}


class TokenExpired(Unavailable):
    """The access token has expired; nothing was done, and the same call works with a fresh token."""

    def __init__(self, *, evidence: Evidence) -> None:
        super().__init__(
            "The access token expired before HubSpot read it.", maybe_written=False, evidence=evidence
        )


def failure_of(
    status: int, body: Json, headers: Mapping[str, str], *, writes: bool, request_id: str
) -> DestinationError:
    """The error for an unsuccessful answer; `writes`: whether the call may have changed something."""
    evidence = evidence_of(status, body, request_id)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unavailable("HubSpot did not answer properly.", maybe_written=writes, evidence=evidence)
    if status in WAITS:
        return WAITS[status](body, _seconds(headers), evidence)
    if status in PERMANENT:
        return PERMANENT[status](evidence)
    if oauth_code(body) in CONNECTION_IS_DEAD:
        return AuthorisationError("HubSpot no longer accepts the authorisation.", evidence=evidence)
    if oauth_code(body):
        return ConfigurationError("HubSpot does not accept the OAuth app.", evidence=evidence)
    return RefusedError("HubSpot refused the request.", evidence=evidence)


def oauth_code(body: Json) -> str:
    """The token endpoint's own code, such as BAD_REFRESH_TOKEN; empty for other answers."""
    code = _code(body.get("status"))
    return code if code.startswith("BAD_") else ""


def evidence_of(status: int, body: Json, request_id: str) -> Evidence:
    blamed = blamed_values(body)
    return Evidence(
        status=status,
        category=_code(body.get("category") or body.get("policyName") or oauth_code(body)),
        sub_category=_code(body.get("subCategory")),
        request_id=request_id,
        codes=tuple(code for code, _ in blamed),
        fields=tuple(name for _, name in blamed if name),
    )


def blamed_values(body: Json) -> list[tuple[str, str]]:
    """Code and property name of each refused value. The list in `message` is complete; `errors` may be shorter."""
    listed = VALUES_REFUSED.search(str(body.get("message", "")))
    if listed:
        try:
            problems = json.loads(listed[1])
            return [(_code(problem.get("error")), _code(problem.get("name"))) for problem in problems]
        except (ValueError, AttributeError):
            pass  # not a list after all: `errors` holds less, but in a plain form
    details = [each for each in body.get("errors") or () if isinstance(each, dict)]
    return [(_code(each["code"]), _blamed_property(each)) for each in details if each.get("code")]


def _blamed_property(detail: Json) -> str:
    names = (detail.get("context") or {}).get("propertyName") or [detail.get("in", "")]
    return _code(names[0]) if names else ""


def row_refusal(item: Json) -> RowRefusal:
    """One entry of a batch's `errors` that names its row."""
    blamed = blamed_values(item)
    return RowRefusal(
        category=_code(item.get("category")),
        codes=tuple(code for code, _ in blamed),
        fields=tuple(name for _, name in blamed if name),
        existing_id=existing_id(item),
    )


def existing_id(body: Json) -> str | None:
    """The id of the contact that already has the address, when HubSpot names it."""
    named = (body.get("context") or {}).get("existingId")
    if named:
        return str(named[0])
    found = EXISTING_ID.search(str(body.get("message", "")))
    return found[1] if found else None


def _code(value: Any) -> str:
    """A code or name unchanged; anything that might be a customer's value becomes empty."""
    text = str(value or "")
    return text if CODE.fullmatch(text) else ""


def _seconds(headers: Mapping[str, str]) -> float | None:
    given = headers.get("Retry-After", "")
    return float(given) if given.isdecimal() else None


def _rate_limited(body: Json, wait: float | None, evidence: Evidence) -> DestinationError:
    policy = _code(body.get("policyName"))
    return RateLimited("HubSpot's limit is reached.", retry_after=wait, policy=policy, evidence=evidence)


def _locked(body: Json, wait: float | None, evidence: Evidence) -> DestinationError:
    return RateLimited(
        "HubSpot has locked these records for a moment.",
        retry_after=wait or LOCKED_SECONDS,
        policy="LOCKED",
        evidence=evidence,
    )


def _migrating(body: Json, wait: float | None, evidence: Evidence) -> DestinationError:
    return RateLimited(
        "HubSpot is moving this account to another data centre.",
        retry_after=wait,
        policy="MIGRATION",
        evidence=evidence,
    )


def _unauthorised(evidence: Evidence) -> DestinationError:
    if evidence.category == "EXPIRED_AUTHENTICATION":
        return TokenExpired(evidence=evidence)
    return AuthorisationError("HubSpot does not accept the credential.", evidence=evidence)


def _forbidden(evidence: Evidence) -> DestinationError:
    return AuthorisationError("The credential lacks a permission at HubSpot.", evidence=evidence)


def _not_found(evidence: Evidence) -> DestinationError:
    return ConfigurationError("HubSpot does not have what was asked for.", evidence=evidence)


WAITS: dict[int, Callable[[Json, float | None, Evidence], DestinationError]] = {
    HTTPStatus.LOCKED: _locked,
    HTTPStatus.TOO_MANY_REQUESTS: _rate_limited,
    MIGRATING: _migrating,
}
PERMANENT: dict[int, Callable[[Evidence], DestinationError]] = {
    HTTPStatus.UNAUTHORIZED: _unauthorised,
    HTTPStatus.FORBIDDEN: _forbidden,
    HTTPStatus.NOT_FOUND: _not_found,
    HTTPStatus.METHOD_NOT_ALLOWED: _not_found,
}
