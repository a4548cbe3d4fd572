"""Parts of a JSON body in their required type; another type is refused as HubSpot's parser does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.hubspot.sandbox.errors import not_deserializable

if TYPE_CHECKING:
    from destinations.hubspot.sandbox.messages import Json


def whole_number(body: Json, name: str, default: int) -> int:
    """A whole number, also accepted as a string."""
    given = str(body.get(name) or default)
    if not given.isdecimal():
        raise not_deserializable("int", name)
    return int(given)


def text(body: Json, name: str) -> str:
    given = body.get(name, "")
    if not isinstance(given, str):
        raise not_deserializable("String", name)
    return given


def texts(body: Json, name: str) -> list[str]:
    given = body.get(name) or []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise not_deserializable("List<String>", name)
    return given


def objects(body: Json, name: str) -> list[Json]:
    given = body.get(name) or []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise not_deserializable("List<Object>", name)
    return given
