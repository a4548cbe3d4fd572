"""One HTTP call to HubSpot: with a timeout, no sleep, no retry; its outcome is a value or one error."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Self, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from destinations.delivery.connector import RateReport
from destinations.delivery.errors import ConfigurationError, Evidence, Unavailable
from destinations.hubspot.failures import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from destinations.delivery.connector import RateObserver

Json = dict[str, Any]
Value = TypeVar("Value")

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
CONNECTIONS = 16
CORRELATION_ID = "x-hubspot-correlation-id"


class BearerToken(AuthBase):
    """Authorises requests; its repr does not show the token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class NoAuthorisation(AuthBase):
    """For calls with their credentials in the body; stops `requests` from looking in .netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """`writes`: whether a change may have happened although the answer was lost."""

    method: str
    path: str
    json: Any = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    writes: bool = False


def nobody(report: RateReport) -> None:
    """For callers that do not track limits."""


class Transport:
    """Persistent connections to one host, shared by the threads that use it."""

    def __init__(self, base_url: str, auth: AuthBase, observe: RateObserver = nobody) -> None:
        self._base_url = base_url.rstrip("/")
        self._observe = observe
        self._session = requests.Session()
        self._session.auth = auth
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_maxsize=CONNECTIONS, pool_block=False)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()

    def call(self, request: ApiRequest, read: Callable[[Json, str], Value]) -> Value:
        """What `read` makes of the answer's body and request id; raises only errors from `delivery.errors`."""
        answer = self._send(request)
        request_id = answer.headers.get(CORRELATION_ID, "")
        self._observe(rate_report(answer.headers))
        if HTTPStatus.MULTIPLE_CHOICES <= answer.status_code < HTTPStatus.BAD_REQUEST:
            raise ConfigurationError("HubSpot's address answers with a redirect; check HUBSPOT_API_URL.")
        body = _object(answer)
        if not answer.ok:
            raise failure_of(
                answer.status_code, body or {}, answer.headers, writes=request.writes, request_id=request_id
            )
        try:
            if body is None:
                raise ValueError("no JSON object")  # noqa: TRY301  handled like any other unreadable answer
            return read(body, request_id)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            evidence = Evidence(status=answer.status_code, request_id=request_id)
            raise Unavailable(
                f"HubSpot's answer could not be understood (request {request_id}).",
                maybe_written=request.writes,
                evidence=evidence,
            ) from error

    def _send(self, request: ApiRequest) -> requests.Response:
        try:
            return self._session.request(
                request.method,
                f"{self._base_url}{request.path}",
                params=request.query,
                json=request.json,
                data=request.form,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            if _never_connected(error):
                raise Unavailable("HubSpot can't be reached.", maybe_written=False) from error
            raise Unavailable("The connection to HubSpot broke.", maybe_written=request.writes) from error


def _never_connected(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _object(answer: requests.Response) -> Json | None:
    """The body as a JSON object: empty for an empty body, None for HTML and other shapes."""
    if not answer.content:
        return {}
    try:
        body = json.loads(answer.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def rate_report(headers: Mapping[str, str]) -> RateReport:
    """What the answer says about limits; empty where it says nothing, as for searches."""

    def number(name: str) -> int | None:
        given = headers.get(f"X-HubSpot-RateLimit-{name}", "")
        return int(given) if given.isdecimal() else None

    interval = number("Interval-Milliseconds")
    return RateReport(
        limit=number("Max"),
        remaining=number("Remaining"),
        window_seconds=interval / 1000 if interval else None,
        daily_limit=number("Daily"),
        daily_remaining=number("Daily-Remaining"),
    )
