from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template import Context, Engine

from destinations.hubspot.sandbox.messages import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from destinations.hubspot.sandbox.hub import Hub
    from destinations.hubspot.sandbox.store.portals import Portal

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
SECURITY = (("Content-Security-Policy", POLICY), ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"))


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(HERE / "templates")])


def page(template: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
    body = _engine().get_template(template).render(Context(dict(context), use_l10n=False))
    return Response(status, body.encode(), HTML, SECURITY)


def account_page(hub: Hub, portal: Portal, template: str, section: str, context: Mapping[str, Any]) -> Response:
    """A page of one account, with its name, its tabs and its remaining calls."""
    used = hub.limits.used_today(portal).used
    shared = {
        "portal": portal,
        "portals": hub.portals.all(),
        "section": section,
        "tier": portal.tier.name.capitalize(),
        "used": f"{used:,}",
        "daily": f"{portal.tier.daily:,}",
        "used_share": min(100, 100 * used // portal.tier.daily),
        "limits_on": hub.switches.limits,
    }
    return page(template, shared | dict(context))


def redirect(location: str) -> Response:
    return Response(302, headers=(("Location", location), *SECURITY))


def static(name: str, content_type: str) -> Response:
    return Response(200, (HERE / "static" / name).read_bytes(), content_type)


def moment(milliseconds: int, portal: Portal) -> str:
    """A time for people, on the account's own clock."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, portal.zone):%d %b %Y, %H:%M:%S}"
