"""Injected faults: which call goes wrong, how, how often and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING, Any

from destinations.hubspot.sandbox.errors import (
    ApiError,
    OAuthError,
    credentials_not_found,
    rate_limited,
    validation,
)
from destinations.hubspot.sandbox.messages import Ending, Request, Response, json_response

if TYPE_CHECKING:
    import random

    from destinations.hubspot.sandbox.clock import Clock


class Kind(StrEnum):
    LOCKED = "locked"
    ROLLING = "rate_limit_rolling"
    SECONDLY = "rate_limit_secondly"
    DAILY = "rate_limit_daily"
    MIGRATING = "migrating"
    STATUS = "status"
    GATEWAY_TIMEOUT_AFTER_WRITE = "timeout_after_write"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    CUT_AFTER = "cut_after"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105  a kind of fault
    UNAUTHORISED = "unauthorised"
    BAD_REFRESH_TOKEN = "bad_refresh_token"  # noqa: S105  a kind of fault
    BAD_HUB = "bad_hub"
    EMPTY_RESULTS = "empty_results"
    LATENCY = "latency"


AFTER_THE_WRITE = {Kind.GATEWAY_TIMEOUT_AFTER_WRITE, Kind.RESET_AFTER, Kind.CUT_AFTER}
HTML = "text/html; charset=UTF-8"


@dataclass(slots=True)
class Fault:
    """One rule. `after` matching calls pass first; then `count` calls (0: all) get the fault.

    `path` is a shell pattern for the called path; `first_second` and `last_second` limit the rule to a window
    counted from when it was set (0: no limit).
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    after: int = 0
    count: int = 1
    probability: float = 1.0
    first_second: float = 0.0
    last_second: float = 0.0
    status: int = 503
    retry_after: int = 0
    delay_ms: int = 0
    as_category: bool = False
    body: dict[str, Any] | None = None
    set_at: float = 0.0
    seen: int = 0
    met: int = 0

    def applies(self, request: Request, now: float, chance: float) -> bool:
        if not (fnmatchcase(request.method, self.method) and fnmatchcase(request.path, self.path)):
            return False
        if not self.first_second <= now - self.set_at <= (self.last_second or float("inf")):
            return False
        self.seen += 1
        due = self.seen > self.after and (not self.count or self.met < self.count)
        return due and chance < self.probability

    def instead(self) -> Response | None:
        """The answer given in place of the real one; None when the call itself goes through."""
        match self.kind:
            case Kind.RESET_BEFORE:
                return Response(500, ending=Ending.RESET)
            case Kind.STATUS:
                return page(self.status) if self.body is None else json_response(self.status, self.body)
            case Kind.LATENCY | Kind.EMPTY_RESULTS:
                return None
            case kind if kind in AFTER_THE_WRITE:
                return None
        raise self._error()

    def replaced(self, answer: Response) -> Response:
        """What the caller receives instead of an answer whose work is already done."""
        match self.kind:
            case Kind.GATEWAY_TIMEOUT_AFTER_WRITE:
                return page(524)
            case Kind.RESET_AFTER:
                return Response(answer.status, answer.body, ending=Ending.RESET)
            case Kind.CUT_AFTER:
                return Response(answer.status, answer.body, answer.content_type, answer.headers, Ending.CUT)
        return answer

    def _error(self) -> ApiError | OAuthError:
        match self.kind:
            case Kind.LOCKED:
                return ApiError(423, "This resource is locked by another call. Try again.", category="LOCKED")
            case Kind.MIGRATING:
                return ApiError(
                    477, "This account is being migrated to another data centre.", category="MIGRATION"
                )
            case Kind.TOKEN_EXPIRED:
                return ApiError(
                    401,
                    "The OAuth token used to make this call expired 0 second(s) ago.",
                    category="EXPIRED_AUTHENTICATION",
                )
            case Kind.UNAUTHORISED:
                return credentials_not_found()
            case Kind.BAD_REFRESH_TOKEN | Kind.BAD_HUB:
                return OAuthError(self.kind.upper())
        policy = {Kind.ROLLING: "TEN_SECONDLY_ROLLING", Kind.SECONDLY: "SECONDLY"}.get(self.kind, "DAILY")
        return rate_limited(policy, as_category=self.as_category)

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def page(status: int) -> Response:
    """The HTML that a gateway in front of HubSpot answers with."""
    body = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>Error {status}</h1></body></html>"
    return Response(status, body.encode(), HTML)


@dataclass(slots=True)
class Faults:
    clock: Clock
    chance: random.Random
    rules: list[Fault] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Adds a rule; an unknown kind or field is refused."""
        try:
            kind = Kind(wanted["kind"])
            fault = Fault(**{**wanted, "kind": kind, "set_at": self.clock.now()})
        except (KeyError, TypeError, ValueError) as error:
            raise validation(f"Not a fault: {error}") from error
        self.rules.append(fault)
        return fault

    def meet(self, request: Request) -> Fault | None:
        """The first rule that applies to this call."""
        with self._lock:
            for rule in self.rules:
                if rule.applies(request, self.clock.now(), self.chance.random()):
                    rule.met += 1
                    return rule
        return None
