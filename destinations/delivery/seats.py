"""Limits the runners per account: each holds a seat, kept in Redis while it works or waits for its turn.

Seats bound how many workers one account takes; they protect no data. If Redis forgets one, leases still give each
slice to one worker at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings

from destinations.delivery.quota import connection

RUNNERS_PER_ACCOUNT = 2
SECONDS_IN_QUEUE = 60
"""A runner that waits longer than this for a worker may find its seat taken, and then quits."""


@dataclass(frozen=True, slots=True)
class Seat:
    account: str
    number: int
    token: str

    @property
    def _key(self) -> str:
        return f"muster:seat:{self.account}:{self.number}"

    def keep(self, seconds: float = 0.0) -> bool:
        """Whether the seat is still, or again, this runner's; if so, it stays so for `seconds` plus a lease."""
        redis = connection()
        milliseconds = round((seconds + settings.DELIVERY_LEASE_SECONDS) * 1000)
        if redis.set(self._key, self.token, nx=True, px=milliseconds):
            return True
        if redis.get(self._key) != self.token.encode():
            return False
        redis.pexpire(self._key, milliseconds)
        return True

    def leave(self) -> None:
        redis = connection()
        if redis.get(self._key) == self.token.encode():
            redis.delete(self._key)


def take_free_seats(account: str, wanted: int = RUNNERS_PER_ACCOUNT) -> list[Seat]:
    """Takes up to `wanted` free seats."""
    taken = []
    for number in range(min(wanted, RUNNERS_PER_ACCOUNT)):
        seat = Seat(account, number, uuid4().hex)
        if connection().set(seat._key, seat.token, nx=True, ex=SECONDS_IN_QUEUE):  # noqa: SLF001 - its own module
            taken.append(seat)
    return taken
