"""DuckDB behind the engine interface: one locked in-memory instance per session."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import duckdb
from sqlglot import exp

from customer360.engine import duckdb_errors, duckdb_sql, functions
from customer360.engine.errors import EngineError, EngineInterruptedError, EngineTimeoutError
from customer360.engine.interface import (
    PII_METADATA,
    ArrowRelation,
    CsvFault,
    DerivedRelation,
    EngineSession,
    Limits,
    Relation,
    ResultColumn,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import pyarrow as pa


INTERRUPT_EVERY = 0.25
"""Seconds between attempts to stop a statement."""


class DuckDBEngine:
    """Opens sessions that keep everything they spill or write temporarily below `workspace`."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace

    def remove_leftovers(self, *, older_than: float) -> None:
        """Removes folders of sessions whose process was killed: those not touched since this Unix time."""
        for folder in self._workspace.glob("*"):
            if folder.stat().st_mtime < older_than:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def open_session(
        self, relations: Mapping[str, Relation], *, limits: Limits, time_zone: str = "UTC"
    ) -> Iterator[EngineSession]:
        """Opens a locked instance that sees `relations` only; its folder disappears with it."""
        self._workspace.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self._workspace))
        try:
            with _connected(folder, limits) as connection:
                session = DuckDBSession(connection, folder, limits)
                session.open(relations, time_zone)
                yield session
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _connected(folder: Path, limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{limits.memory_mib}MiB",
            "threads": limits.threads,
            "temp_directory": str(folder / "spill"),
            "max_temp_directory_size": f"{limits.spill_mib}MiB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
        },
    )
    try:
        yield connection
    finally:
        connection.close()


class DuckDBSession:
    """An `EngineSession` on one DuckDB connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, limits: Limits) -> None:
        self._connection = connection
        self._folder = folder
        self._limits = limits
        self._deadline = time.monotonic() + limits.seconds
        self._time_zone = "UTC"
        self._unnamed: dict[str, tuple[str, Relation]] = {}
        self._installed: set[functions.OwnFunction] = set()
        self._timed_out = False
        self._interrupted = False

    def open(self, relations: Mapping[str, Relation], time_zone: str) -> None:
        """Lets the session see the relations' files, and locks the configuration for good."""
        self._time_zone = time_zone
        self._unnamed = {name.casefold(): (name, relation) for name, relation in relations.items()}
        with self._guarded():
            self._execute(duckdb_sql.setting("TimeZone", exp.Literal.string(time_zone)))
            self._execute(duckdb_sql.setting("parquet_metadata_cache", exp.true()))
            for name, is_on in duckdb_sql.TELL_PROGRESS.items():
                self._execute(duckdb_sql.setting(name, exp.convert(is_on)))
            for setting in duckdb_sql.confine_to(relations, self._folder):
                self._execute(setting)
            self._connection.execute("SET lock_configuration = true")

    def rows(self, query: exp.Query, *, limit: int | None = None) -> list[tuple[object, ...]]:
        with self._guarded():
            self._prepare(query)
            return self._execute(duckdb_sql.limited(query, limit)).fetchall()

    def one(self, query: exp.Query) -> tuple[object, ...]:
        (row,) = self.rows(query)
        return row

    def columns(self, query: exp.Query) -> list[ResultColumn]:
        with self._guarded():
            relation = self._relation(query)
            return [
                ResultColumn(name, duckdb_sql.data_type(str(kind)))
                for name, kind in zip(relation.columns, relation.types, strict=True)
            ]

    def arrow(self, query: exp.Query) -> pa.Table:
        with self._guarded():
            return self._relation(query).to_arrow_table()

    def batches(self, query: exp.Query, *, rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        with self._guarded():
            reader = self._relation(query).to_arrow_reader(rows)
        while True:
            with self._guarded():
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    def write(
        self,
        query: exp.Query,
        path: Path,
        *,
        pii: Collection[str],
        metadata: Mapping[str, str] | None = None,
    ) -> int:
        written = self._folder / f"{uuid4().hex}.parquet"
        marks = {**(metadata or {}), PII_METADATA: json.dumps(sorted(pii))}
        with self._guarded():
            self._prepare(query)
            result = self._execute(duckdb_sql.copy_to_parquet(query, written, marks)).fetchone()
        _settle(written, path)
        return int(result[0]) if result else 0

    def faults(self) -> list[CsvFault]:
        with self._guarded():
            found = self._execute(duckdb_sql.REJECTED).fetchall()
        return [CsvFault(offset, duckdb_sql.fault_kind(kind), column) for offset, column, kind in found]

    def progress(self) -> float | None:
        percent = self._connection.query_progress()
        return percent / 100 if percent >= 0 else None

    def interrupt(self) -> None:
        self._interrupted = True
        self._connection.interrupt()

    def renew(self) -> None:
        if not (self._interrupted or self._timed_out):
            self._deadline = time.monotonic() + self._limits.seconds
        self._refuse_if_over()

    def _relation(self, query: exp.Query) -> duckdb.DuckDBPyRelation:
        self._prepare(query)
        return self._connection.sql(duckdb_sql.text(query))

    def _prepare(self, query: exp.Query) -> None:
        """Creates views only for relations that the query reads: each view reads the footers of its files."""
        self._install_functions_of(query)
        for table in query.find_all(exp.Table):
            if found := self._unnamed.pop(table.name.casefold(), None):
                self._name(*found)

    def _name(self, name: str, relation: Relation) -> None:
        if isinstance(relation, ArrowRelation):
            self._connection.register(name, relation.table)
            return
        if isinstance(relation, DerivedRelation):
            self._prepare(relation.query)
        self._execute(duckdb_sql.view(name, relation, self._time_zone))

    def _install_functions_of(self, query: exp.Query) -> None:
        """Refuses unlisted functions; Muster's own are installed on first use, since some take a while."""
        for function in functions.used_by(query) - self._installed:
            for statement in duckdb_sql.installation(function):
                self._connection.execute(statement)
            self._installed.add(function)

    def _execute(self, statement: exp.Expr) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(duckdb_sql.text(statement))

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Runs its body within the session's time limit, and translates the driver's errors into the engine's."""
        self._refuse_if_over()
        done = threading.Event()
        threading.Thread(target=self._watch, args=(done,), daemon=True).start()
        try:
            yield
        except duckdb.Error as error:
            # The driver quotes data values in its traceback, too, which must not go further.
            raise self._translated(error) from None
        finally:
            done.set()

    def _refuse_if_over(self) -> None:
        if self._interrupted:
            raise EngineInterruptedError("The work was cancelled.")
        if self._timed_out or time.monotonic() >= self._deadline:
            raise _timeout()

    def _watch(self, done: threading.Event) -> None:
        """Interrupts at the deadline, and repeats until it takes effect: during planning the driver ignores it."""
        while not done.wait(max(self._deadline - time.monotonic(), INTERRUPT_EVERY)):
            self._timed_out = True
            self._connection.interrupt()

    def _translated(self, error: duckdb.Error) -> EngineError:
        if isinstance(error, duckdb.InterruptException):
            return EngineInterruptedError("The work was cancelled.") if self._interrupted else _timeout()
        return duckdb_errors.translated(error)


def _timeout() -> EngineTimeoutError:
    return EngineTimeoutError("The query took longer than it may. Make it read less, or run it as a job.")


def _settle(written: Path, path: Path) -> None:
    """Moves a finished file into place: whole and on disk, or absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _flush(written)
    written.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
