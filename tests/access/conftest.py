from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client


class Answer(NamedTuple):
    status: int
    location: str
    body: str


@pytest.fixture
def ask() -> Callable[[Client, str, str], Answer]:
    """Sends a request and undoes what it changed, so that the next person finds the same."""

    def asked(client: Client, method: str, address: str) -> Answer:
        with transaction.atomic():
            answer = client.generic(method, address)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return Answer(answer.status_code, answer.headers.get("Location", ""), body.decode(errors="replace"))

    return asked
