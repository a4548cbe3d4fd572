from __future__ import annotations

import pytest

from destinations.hubspot.sandbox import emails


@pytest.mark.parametrize(
    "address",
    [
        "user@example.com",
        "first.last+tag@mail.example.co.uk",
        "UPPER@EXAMPLE.COM",
        "o'hara@example.org",
        "x@삼성.닷컴",
        "x@münchen.de",
        "a_b-c{d}@example.net",
    ],
)
def test_hubspot_accepts(address: str) -> None:
    assert emails.is_valid(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "test222",
        "@example.com",
        "x@",
        "x@test.con",
        "x@example.comj",
        "x@example.test",
        "x@example.local",
        "x@localhost",
        '"quoted"@example.com',
        'a"b@example.com',
        "a..b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a b@example.com",
        "a@b@example.com",
        "ü@example.com",
        "x@-example.com",
        "x@exa_mple.com",
        "x@example..com",
        " x@example.com",
        "x@[192.168.0.1]",
        "l" * 65 + "@example.com",
    ],
)
def test_hubspot_refuses(address: str) -> None:
    assert not emails.is_valid(address)
