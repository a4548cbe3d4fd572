"""The cache's connections to Valkey: one pool in a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from redis import ConnectionPool

if TYPE_CHECKING:
    from typing import Self


class SharedPool(ConnectionPool):
    """The same pool for all who ask with the same address: Django asks once for each thread.

    A pool of a thread's own would leave its connections open when the thread ends, until the collector finds them.
    """

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        return cls._made(url, **options)

    @classmethod
    @cache
    def _made(cls, url: str, **options: Any) -> Self:
        return super().from_url(url, **options)
