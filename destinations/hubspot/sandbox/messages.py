"""Requests and responses, independent of sockets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from destinations.hubspot.sandbox.errors import ApiError, not_deserializable
from destinations.hubspot.sandbox.ids import number_of

Json = dict[str, Any]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    authorization: str = ""
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def parameter(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[0]

    def number(self, name: str, default: int) -> int:
        given = self.parameter(name, str(default))
        if given != "0" and not number_of(given):
            raise ApiError(400, f"Invalid value for query parameter {name}", category="VALIDATION_ERROR")
        return int(given)

    def flag(self, name: str) -> bool:
        return self.parameter(name).lower() == "true"

    @cached_property
    def form(self) -> dict[str, str]:
        """Fields of the query and the form body; the body wins."""
        fields = {name: values[0] for name, values in self.query.items()}
        posted = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return fields | {name: values[0] for name, values in posted.items()}

    def json(self) -> Any:
        try:
            return json.loads(self.body or b"null")
        except ValueError as error:
            column = getattr(error, "colno", 1)
            raise ApiError(400, f"Invalid input JSON on line 1, column {column}: {error}") from error

    def json_object(self) -> Json:
        """The body as an object; anything else is refused as HubSpot's parser does."""
        content = self.json()
        if content is None:
            return {}
        if not isinstance(content, dict):
            raise not_deserializable("Object", "the body")
        return content


class Ending(StrEnum):
    """What happens to the connection once the answer is ready."""

    ANSWER = "answer"
    RESET = "reset"
    CUT = "cut"


@dataclass(frozen=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = "application/json;charset=utf-8"
    headers: Headers = field(default=())
    ending: Ending = Ending.ANSWER


def json_response(status: int, content: Json, headers: Headers = ()) -> Response:
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(status, body, headers=headers)


NO_CONTENT = Response(204)
