"""The sandbox's storage: SQLite, in memory or in the file of `--data`.

A call is one transaction, committed before its answer is sent. With a file, a commit is an append to SQLite's
write-ahead log handed to the operating system: it survives SIGKILL of the sandbox (not a power cut).
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMA = Path(__file__).with_name("schema.sql")
FIRST_CONTACT = 171_590_000_000


class Database:
    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA.read_text())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits everything written inside, or nothing when an error escapes."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, *parameters: object) -> list[sqlite3.Row]:
        return self._connection.execute(statement, parameters).fetchall()

    def row(self, statement: str, *parameters: object) -> sqlite3.Row | None:
        found = self._connection.execute(statement, parameters).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def value(self, statement: str, *parameters: object) -> Any:
        """The first column of the first row."""
        found = self.row(statement, *parameters)
        return found[0] if found else None

    def run(self, statement: str, *parameters: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, parameters)

    def run_many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> int:
        """The number of rows that changed."""
        return self._connection.executemany(statement, rows).rowcount

    def clear(self) -> None:
        """Deletes everything, so that ids restart as in a new sandbox."""
        tables = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for table in tables:
            self._connection.execute(f'DELETE FROM "{table["name"]}"')  # noqa: S608  names from the schema itself
        self.start_ids()

    def start_ids(self) -> None:
        self.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('contact', ?), ('list', 0)", FIRST_CONTACT)

    def close(self) -> None:
        self._connection.close()
