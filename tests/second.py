"""Someone else, at the same time: shows what the database makes wait, without a sleep."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable


class Second(Thread):
    """Someone else who does something, on a connection of their own."""

    def __init__(self, tenant: int, act: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._tenant, self._act = tenant, act
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with tenant_scope(self._tenant):
                self._act()
        except Exception as error:  # noqa: BLE001  the test reports it, whatever it is
            self.error = error
        finally:
            connection.close()

    def wait_until_held_up(self) -> None:
        """Returns once PostgreSQL makes it wait, or it has ended; after at most ten seconds."""
        for _ in range(500):
            self.join(0.02)
            if not self.is_alive() or _somebody_waits():
                return
        pytest.fail("It neither waits nor ends.")


def _somebody_waits() -> bool:
    waiting = """SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                 WHERE NOT granted AND datname = current_database())"""
    with connection.cursor() as cursor:
        cursor.execute(waiting)
        return bool(cursor.fetchone()[0])
