"""Objects of Acme for the routes that name one, with personal data that can be told anywhere it appears."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model

    from tests.cast import Cast

Maker = TypeVar("Maker", bound="Callable[[Cast], Model]")

# Every value of a PII column that these tests make begins with it.
CANARY = "zzcanary"

_makers: dict[str, Callable[[Cast], Model]] = {}


def made_for(*starts: str) -> Callable[[Maker], Maker]:
    """The function makes the object of each route whose pattern begins so. It runs in Acme's scope."""

    def register(maker: Maker) -> Maker:
        _makers.update(dict.fromkeys(starts, maker))
        return maker

    return register


def make(pattern: str, cast: Cast) -> Model:
    """The object for this route, by the maker with the longest start that fits."""
    fitting = max(filter(pattern.startswith, _makers), key=len, default=None)
    assert fitting, (
        f"Nothing in tests/access/objects/ makes an object for “{pattern}”: add a function with @made_for."
    )
    with tenant_scope(cast.acme):
        return _makers[fitting](cast)
