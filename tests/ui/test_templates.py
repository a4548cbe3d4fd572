"""No template of any app breaks the Content-Security-Policy, which would switch its part off in silence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path
    for top in ("platform", "campaigns", "destinations")
    for path in (ROOT / top).rglob("templates/**/*.html")
    # The admin and its theme have a policy of their own; see ui.csp.
    if not {"admin", "unfold"} & set(path.relative_to(ROOT).parts)
)

FORBIDDEN = {
    "a style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on[:\w-]*\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "a javascript address": re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "a file from elsewhere": re.compile(r"<(script|link|img)[^>]*(src|href)=[\"']?(https?:)?//", re.IGNORECASE),
}


def offences(markup: str) -> list[str]:
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(markup)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_to_the_content_security_policy(path: Path) -> None:
    assert offences(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "markup",
    [
        '<i style="width:1%">',
        "<a\n onclick='x()'>",
        '<div hx-on::after-request="x">',
        "<script>x()</script>",
        '<script type="module">x()</script>',
        "<style>",
        '<a href="javascript:x()">',
        '<script src="https://cdn.example/x.js">',
    ],
)
def test_the_scanner_finds_what_it_looks_for(markup: str) -> None:
    assert offences(markup)


def test_the_scanner_lets_ours_pass() -> None:
    assert not offences('<script type="module" src="/static/x.js"></script><div data-on="1" class="style">')
