"""The cache's connections to Valkey: one pool per process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from redis import ConnectionPool

if TYPE_CHECKING:
    from typing import Self


class SharedPool(ConnectionPool):
    """One pool for every caller with the same address: Django asks once per thread.

    A pool per thread would leave its connections open after the thread ends, until they are garbage-collected.
    """

    @classmethod
    def from_url(cls, url: str, **options: Any) -> Self:
        return cls._made(url, **options)

    @classmethod
    @cache
    def _made(cls, url: str, **options: Any) -> Self:
        return super().from_url(url, **options)
