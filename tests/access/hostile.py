"""What hostile and careless people type, and the forms of a page to type it into."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HUGE_NUMBER = "9" * 30
LONGER_THAN_PYTHON_READS = "9" * 5_000
TEXTS = ("a\0b", HUGE_NUMBER, "-1", "{", "NaN", "x" * 50_000, "\u202e<b>\u200d😀'\";--")
# What views, paginators and the admin read from an address.
PARAMETERS = (
    *(
        "page",
        "q",
        "o",
        "p",
        "e",
        "sort",
        "days",
        "actor",
        "thing",
        "about",
        "all",
        "show",
        "tab",
        "status",
        "kind",
    ),
    *("copy", "template", "plugin_key", "refresh"),
    *("destination", "topic", "segment", "table", "column", "next", "_popup", "_to_field", "_changelist_filters"),
)
QUERIES = tuple(urlencode(dict.fromkeys(PARAMETERS, text)) for text in ("abc", HUGE_NUMBER, "{", "\u202e😀"))
BODIES = (("application/json", b"{"), ("multipart/form-data", b"x"), ("text/plain; charset=utf-16", b"\xff\xfe\0"))


class Forms(HTMLParser):
    """Where each form of a page is sent, how, and the names of its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, set[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        said: dict[str, Any] = dict(attrs)
        if tag == "form":
            self.found.append((said.get("method", "get").upper(), said.get("action") or "", set()))
        elif self.found and said.get("name") and tag in {"input", "select", "textarea", "button"}:
            self.found[-1][2].add(said["name"])


def answers_to(page: str, address: str, text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, address and fields of each form of the page, with this text in every field."""
    for method, action, names in Forms(page).found:
        target = action.split("?")[0] or address
        if target.startswith("/t/acme/"):
            yield method, target, dict.fromkeys(names, text)
