"""What Django's admin adds for itself: it needs the right to the admin, and finds nothing of another tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

ADDRESSES = {"admin/jsi18n/": 200, "admin/autocomplete/": 403, "admin/library/": 200, "admin/no-such-page/": 404}


@pytest.mark.parametrize("path", ADDRESSES)
def test_business_users_get_none_of_it(
    path: str, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    status, _location, body = ask(sign_in("ampiq_user"), "GET", f"/t/acme/{path}")
    assert status == 403
    assert "DataGrid Operator" in body


@pytest.mark.parametrize(("path", "expected"), ADDRESSES.items())
def test_operators_get_it(
    path: str, expected: int, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    assert ask(sign_in("datagrid_operator"), "GET", f"/t/acme/{path}")[0] == expected


@pytest.mark.parametrize("path", ADDRESSES)
def test_people_from_outside_get_nothing(
    path: str, cast: Cast, sign_in: Callable[[str], Client], ask: Callable[..., Any]
) -> None:
    assert ask(sign_in("globex_administrator"), "GET", f"/t/acme/{path}")[0] == 404
