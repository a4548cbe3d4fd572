"""PostgreSQL with the active scope applied: row-level security reads `app.tenant_id` and `app.user_id`.

A setting made inside a transaction is undone by its rollback, and one made outside outlives the request on a
persistent connection. So no setting is trusted: each cursor compares what the connection has with what the scope
asks for.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from tenants.scope import NO_SCOPE, Scope, active_scope

SETTLED_STATES = {TransactionStatus.IDLE, TransactionStatus.INTRANS}


class DatabaseWrapper(base.DatabaseWrapper):
    # What the server holds; None when a rollback may have changed it.
    _applied: Scope | None = NO_SCOPE

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._applied = NO_SCOPE
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        self.settle_scope()
        return super().create_cursor(name)

    def settle_scope(self) -> None:
        """The open connection acts for the active scope, or for nobody; a failed transaction is left alone."""
        if self._applied == active_scope() or self.connection is None or self.connection.closed:
            return
        if self.connection.info.transaction_status in SETTLED_STATES:
            self._apply(active_scope())

    def _apply(self, scope: Scope) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('app.tenant_id', %s, false), set_config('app.user_id', %s, false)",
                [_text(scope.tenant_id), _text(scope.user_id)],
            )
        self._applied = scope

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]  # missing in the stubs
        self._applied = None

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]  # missing in the stubs
        self._applied = None


def _text(value: int | None) -> str:
    return "" if value is None else str(value)
