from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.errors import validation

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.messages import Json
    from destinations.hubspot.sandbox.routing import OpenCall
    from destinations.hubspot.sandbox.store.portals import Portal


def portal_of(call: OpenCall, body: Json | None = None) -> Portal:
    """The account named by `portal` in the body or the query, else the first."""
    portals = call.hub.portals.all()
    asked = (body or {}).get("portal") or call.request.parameter("portal")
    for portal in portals:
        if not asked or str(portal.id) == str(asked):
            return portal
    raise validation("There is no such account")
