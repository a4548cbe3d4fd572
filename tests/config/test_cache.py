from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.core.cache import caches

if TYPE_CHECKING:
    from redis import ConnectionPool


def test_threads_of_a_process_share_the_connections_of_the_cache() -> None:
    with ThreadPoolExecutor(1) as thread:
        elsewhere = thread.submit(_pool).result()
    assert _pool() is elsewhere


def _pool() -> ConnectionPool:
    cache = caches["default"]
    cache.get("anything")
    pool: ConnectionPool = cache._cache.get_client().connection_pool  # type: ignore[attr-defined]
    return pool
