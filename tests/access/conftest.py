from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest
from django.db import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from django.test import Client

    from tests.access.matrix import Row
    from tests.cast import Cast

    Ask = Callable[[Client, str, str], "Answer"]


class Answer(NamedTuple):
    status: int
    location: str
    body: str


class Walk(Protocol):
    def __call__(
        self, few: Sequence[Row], visitors: Mapping[str, Client], *, tenant_slug: str = "acme"
    ) -> Iterator[tuple[Row, str, Answer]]: ...


@pytest.fixture
def ask() -> Ask:
    """Sends a request and undoes what it changed, so that the next person finds the same."""

    def asked(client: Client, method: str, address: str) -> Answer:
        with transaction.atomic():
            answer = client.generic(method, address)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return Answer(answer.status_code, answer.headers.get("Location", ""), body.decode(errors="replace"))

    return asked


@pytest.fixture
def walk(cast: Cast, ask: Ask) -> Walk:
    """Opens the address of each row as each visitor; the object that it names is there for that row only."""

    def walked(
        few: Sequence[Row], visitors: Mapping[str, Client], *, tenant_slug: str = "acme"
    ) -> Iterator[tuple[Row, str, Answer]]:
        for row in few:
            with transaction.atomic():
                address = row.route.address(cast, tenant_slug)
                for person, client in visitors.items():
                    yield row, person, ask(client, row.method, address)
                transaction.set_rollback(True)

    return walked
