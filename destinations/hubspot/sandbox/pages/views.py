from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.routing import OpenRoute

ROUTES: tuple[OpenRoute, ...] = ()
