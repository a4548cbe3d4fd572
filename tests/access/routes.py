"""Every route of Muster, and an address for each: inside a tenant from its pattern and an object made for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.access import making, objects  # noqa: F401  the objects register themselves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

    from tests.cast import Cast

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What Django's admin adds for itself; tests/access/test_admin.py looks at these.
OF_THE_ADMIN = frozenset({"app_list", "autocomplete", "jsi18n", None})


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern such as `users/<int:pk>/`, with the prefix of everything that includes it."""

    pattern: str

    def address(self, cast: Cast, tenant_slug: str) -> str:
        """Makes an object of Acme if the route names one, and puts it in."""
        made = self._object(cast)
        path = PARAMETER.sub(lambda found: str(_value(made, found[1])), self.pattern)
        return f"/t/{tenant_slug}/{path}"

    def _object(self, cast: Cast) -> Model | None:
        return making.make(self.pattern, cast) if PARAMETER.search(self.pattern) else None


def _value(made: Any, name: str) -> Any:
    """`<int:pk>` and its like are the object itself; `<int:segment_id>` may be what it belongs to."""
    return getattr(made, name, None) or made.pk


def tenant_routes() -> list[Route]:
    return list(_inside("config.urls_tenant"))


def global_routes() -> list[Route]:
    return list(_inside("config.urls"))


def _inside(urlconf: str) -> Iterator[Route]:
    yield from _routes(get_resolver(urlconf), "")


def _routes(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from _routes(entry, pattern)
        elif not (pattern.startswith("admin/") and _adds_for_itself(entry)):
            yield Route(pattern)


def _adds_for_itself(entry: URLPattern) -> bool:
    return entry.name in OF_THE_ADMIN and "object_id" not in str(entry.pattern)
