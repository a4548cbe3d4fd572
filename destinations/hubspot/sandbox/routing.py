"""One handler per call, whatever the version style of its path."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from destinations.hubspot.sandbox.hub import Hub
    from destinations.hubspot.sandbox.messages import Request, Response
    from destinations.hubspot.sandbox.store.portals import Portal
    from destinations.hubspot.sandbox.store.tokens import Token

VERSIONS = "2026-03|2026-09"
STYLES = (
    (re.compile(r"/crm/v3/(objects|lists|properties|property-validations)(/.*)?"), r"/crm/\1\2"),
    (re.compile(rf"/crm/(objects|lists|properties|property-validations)/(?:{VERSIONS})(/.*)?"), r"/crm/\1\2"),
    (re.compile(rf"/oauth/(?:v3|{VERSIONS})/token(/.*)?"), r"/oauth/token\1"),
    (re.compile(r"/oauth/v1/token"), "/oauth/token"),
    (re.compile(r"(/oauth/v2/private-apps/get/access-token-info)"), r"\1"),
    (re.compile(rf"/account-info/(?:v3|{VERSIONS})(/.*)"), r"/account-info\1"),
)


def canonical(path: str) -> str | None:
    """The path without its version; None for a version or an area that does not exist (v1 lists, say)."""
    for pattern, plain in STYLES:
        if pattern.fullmatch(path):
            return pattern.sub(plain, path).rstrip("/")
    return None


class Bucket(StrEnum):
    """The window of calls that a route counts towards."""

    ORDINARY = "ordinary"
    SEARCH = "search"


@dataclass(frozen=True)
class Call:
    """An authorised call."""

    hub: Hub
    request: Request
    parameters: dict[str, str]
    portal: Portal
    token: Token


@dataclass(frozen=True)
class OpenCall:
    """A call without a bearer token; any proof of identity is in its body."""

    hub: Hub
    request: Request
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pattern:
    """A method and a path such as `/crm/lists/{list}`, where each name matches one segment."""

    method: str
    template: str

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))


@dataclass(frozen=True)
class Route(Pattern):
    handler: Callable[[Call], Response]
    scopes: tuple[str, ...] = ()
    bucket: Bucket = Bucket.ORDINARY


@dataclass(frozen=True)
class OpenRoute(Pattern):
    handler: Callable[[OpenCall], Response]


AnyRoute = TypeVar("AnyRoute", bound=Pattern)


def find(routes: Iterable[AnyRoute], method: str, path: str) -> tuple[AnyRoute, dict[str, str]] | None:
    for route in routes:
        if route.method == method and (match := route.expression.fullmatch(path)):
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    return None
