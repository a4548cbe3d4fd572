"""What a browser would send of a page's form."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def fields_of(page: str, form: str) -> dict[str, str]:
    """Names and values of the form with this id, as they stand on the page."""
    reader = _Reader(form)
    reader.feed(page)
    return reader.fields


class _Reader(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._form = form
        self._is_inside = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = said.get("id") == self._form
        if not self._is_inside:
            return
        if (
            tag == "input"
            and "name" in said
            and (said.get("type") not in {"checkbox", "radio"} or "checked" in said)
        ):
            self.fields[said["name"]] = said.get("value", "on")
        if tag == "select":
            self._select = said["name"]
        if tag == "option" and ("selected" in said or self._select not in self.fields):
            self.fields[self._select] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
