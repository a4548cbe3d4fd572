"""The account behind a token, and the calls it used today."""

from __future__ import annotations

from datetime import datetime, timedelta

from destinations.hubspot.sandbox.clock import timestamp
from destinations.hubspot.sandbox.errors import ApiError
from destinations.hubspot.sandbox.messages import Response, json_response
from destinations.hubspot.sandbox.routing import Call, OpenCall, OpenRoute, Route


def details(call: Call) -> Response:
    offset = datetime.fromtimestamp(call.hub.clock.now(), call.portal.zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return json_response(
        200,
        {
            "portalId": call.portal.id,
            "accountType": "STANDARD",
            "timeZone": call.portal.time_zone,
            "companyCurrency": "GBP",
            "additionalCurrencies": [],
            "utcOffset": f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
            "utcOffsetMilliseconds": minutes * 60_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        },
    )


def daily_usage(call: Call) -> Response:
    """Calls of all private apps together; may lag behind."""
    day, now = call.hub.limits.used_today(call.portal), call.hub.clock.now_ms()
    lag = call.hub.switches.daily_usage_lag_calls
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": call.portal.tier.daily,
        "currentUsage": max(0, day.used - lag),
        "collectedAt": timestamp(now),
        "fetchStatus": "CACHED" if lag else "SUCCESS",
        "resetsAt": timestamp(int(day.ends * 1000)),
    }
    return json_response(200, {"results": [usage]})


def token_info(call: OpenCall) -> Response:
    """The owner and permissions of a private-app token or service key."""
    token = call.hub.tokens.get(str(call.request.json_object().get("tokenKey", "")))
    if token is None or token.is_oauth or not token.opens_the_api:
        raise ApiError(
            call.hub.switches.bad_token_info_status, "Token not found", category="INVALID_AUTHENTICATION"
        )
    shown = {"userId": token.user, "hubId": token.portal, "appId": token.app, "scopes": token.scope_list}
    return json_response(200, shown)


ROUTES = (
    Route("GET", "/account-info/details", details, ("oauth",)),
    Route("GET", "/account-info/api-usage/daily/private-apps", daily_usage, ("oauth",)),
)
OPEN_ROUTES = (OpenRoute("POST", "/oauth/v2/private-apps/get/access-token-info", token_info),)
