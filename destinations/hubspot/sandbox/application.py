"""From a request to its answer: injected faults, authentication, call limits, the handler."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from destinations.hubspot.sandbox.api import (
    accounts,
    batches,
    contacts,
    lists,
    memberships,
    oauth,
    properties,
    search,
)
from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.control import routes as control
from destinations.hubspot.sandbox.errors import (
    ApiError,
    OAuthError,
    credentials_not_found,
    missing_scopes,
    resource_not_found,
    token_expired,
    unknown_object_type,
)
from destinations.hubspot.sandbox.faults import Fault, Kind
from destinations.hubspot.sandbox.messages import Headers, Json, Request, Response, json_response
from destinations.hubspot.sandbox.pages import views
from destinations.hubspot.sandbox.routing import Bucket, Call, OpenCall, OpenRoute, Route, canonical, find

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.hub import Hub
    from destinations.hubspot.sandbox.store.portals import Portal
    from destinations.hubspot.sandbox.store.tokens import Token

ROUTES = (
    *batches.ROUTES,
    *memberships.ROUTES,
    *lists.ROUTES,
    *search.ROUTES,
    *contacts.ROUTES,
    *properties.ROUTES,
    *accounts.ROUTES,
)
OPEN_ROUTES = (*oauth.OPEN_ROUTES, *accounts.OPEN_ROUTES)
OBJECT_TYPES = {"contacts", "contact", "0-1"}
OUTSIDE_THE_API = (*control.ROUTES, *views.ROUTES)
INTERNAL_ERROR: Json = {"status": "error", "message": "internal error"}
EMPTY_BATCH: Json = {"status": "COMPLETE", "results": []}

log = logging.getLogger(__name__)


class Application:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def answer(self, request: Request) -> Response:
        if found := find(OUTSIDE_THE_API, request.method, request.path):
            return self._answer_outside(found[0], OpenCall(self.hub, request, found[1]))
        return ApiCall(self.hub, request).answer()

    def _answer_outside(self, route: OpenRoute, call: OpenCall) -> Response:
        try:
            with self.hub.database.transaction():
                return route.handler(call)
        except ApiError as error:
            return json_response(error.status, error.body())
        except Exception:
            log.exception("the sandbox failed on %s %s", route.method, route.template)
            return json_response(500, INTERNAL_ERROR)


class ApiCall:
    """One call of HubSpot's API while it is being answered."""

    def __init__(self, hub: Hub, request: Request) -> None:
        self.hub = hub
        self.request = request
        self.correlation_id = str(uuid4())
        self.headers: Headers = ()
        self.route = "unknown"
        self.portal: Portal | None = None

    def answer(self) -> Response:
        started = time.perf_counter()
        fault = self.hub.faults.meet(self.request)
        self._wait(fault)
        answer = self._answer(fault)
        headers = (*answer.headers, *self.headers, ("x-hubspot-correlation-id", self.correlation_id))
        self._record(answer.status, started, fault)
        return replace(answer, headers=headers)

    def _wait(self, fault: Fault | None) -> None:
        milliseconds = self.hub.switches.latency_ms + (fault.delay_ms if fault else 0)
        if milliseconds:
            time.sleep(milliseconds / 1000)

    def _answer(self, fault: Fault | None) -> Response:
        try:
            if fault and fault.retry_after:
                self.headers += (("Retry-After", str(fault.retry_after)),)
            if instead := fault.instead() if fault else None:
                return instead
            answer = self._routed(fault)
            return fault.replaced(answer) if fault else answer
        except ApiError as error:
            return json_response(error.status, error.body() | {"correlationId": self.correlation_id})
        except OAuthError as error:
            return json_response(400, error.body() | {"correlationId": self.correlation_id})
        except Exception:
            log.exception("the sandbox failed on %s %s", self.request.method, self.route)
            return json_response(500, INTERNAL_ERROR)

    def _routed(self, fault: Fault | None) -> Response:
        path = canonical(self.request.path)
        if path is None:
            raise resource_not_found()
        with self.hub.database.transaction():
            if opened := find(OPEN_ROUTES, self.request.method, path):
                self.route = opened[0].template
                return opened[0].handler(OpenCall(self.hub, self.request, opened[1]))
            route, parameters = self._find(path)
            call = self._authorised(route, parameters)
            if fault and fault.kind is Kind.EMPTY_RESULTS:
                return json_response(200, EMPTY_BATCH)
            return route.handler(call)

    def _find(self, path: str) -> tuple[Route, dict[str, str]]:
        found = find(ROUTES, self.request.method, path)
        if found is None:
            raise ApiError(405, "Method not allowed") if self._is_known(path) else resource_not_found()
        self.route = found[0].template
        return found

    def _is_known(self, path: str) -> bool:
        return any(route.expression.fullmatch(path) for route in ROUTES)

    def _authorised(self, route: Route, parameters: dict[str, str]) -> Call:
        """Checks in order: who is asking, whether they may, whether a limit allows it, and what is asked."""
        token = self._token()
        portal = self.hub.portals.get(token.portal)
        if portal is None:
            raise credentials_not_found()
        self.portal = portal
        if not {"oauth", *token.scope_list} >= set(route.scopes):
            raise missing_scopes(route.scopes)
        self._admit(route.bucket, portal, token)
        if "type" in parameters and parameters["type"] not in OBJECT_TYPES:
            raise unknown_object_type(parameters["type"])
        return Call(self.hub, self.request, parameters, portal, token)

    def _token(self) -> Token:
        scheme, _, value = self.request.authorization.partition(" ")
        token = self.hub.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
        if token is None or not token.opens_the_api:
            raise credentials_not_found()
        now = self.hub.clock.now_ms()
        if token.expires is not None and token.expires <= now:
            raise token_expired((now - token.expires) // 1000, timestamp(token.expires))
        return token

    def _admit(self, bucket: Bucket, portal: Portal, token: Token) -> None:
        admit = self.hub.limits.admit_search if bucket is Bucket.SEARCH else self.hub.limits.admit
        try:
            self.headers += admit(portal, token)
        except ApiError:
            if bucket is Bucket.ORDINARY:
                self.headers += self.hub.limits.headers(portal, token)
            if self.hub.switches.retry_after_on_429:
                self.headers += (("Retry-After", "10" if bucket is Bucket.ORDINARY else "1"),)
            raise

    def _record(self, status: int, started: float, fault: Fault | None) -> None:
        self.hub.calls.add(
            at=self.hub.clock.now(),
            portal=self.portal.id if self.portal else None,
            method=self.request.method,
            route=self.route,
            status=status,
            milliseconds=round((time.perf_counter() - started) * 1000, 2),
            correlation_id=self.correlation_id,
            fault=fault.kind if fault else "",
        )
