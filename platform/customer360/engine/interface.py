"""What every engine promises to the code above it.

Callers pass sqlglot expressions made only of `engine.functions` and name relations; they never see files, dialects
or drivers. DuckDB is the first engine behind this interface; a distributed one can be added.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa
    from sqlglot import exp

PII_METADATA = "muster.pii"
"""Key in the Parquet schema metadata for the JSON list of columns that hold personal data."""

RESERVED = frozenset({"file_row_number"})
"""Names that engines use themselves: no column of a file to be read may have one, in upper or lower case."""

MOST_FAULTS = 100_000
"""For a text file with this many faults or more, only some are reported."""

DELETED = "position"
"""The only column of a file of deletions."""


class DataType(StrEnum):
    """The types a column can have, in every engine."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    OTHER = "other"


NUMBERS = frozenset({DataType.INTEGER, DataType.DECIMAL, DataType.FLOAT})


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result or of a file."""

    name: str
    type: DataType


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one session: memory and spilled files in MiB, threads, and seconds over all statements."""

    memory_mib: int
    threads: int
    seconds: float
    spill_mib: int = 4096


INTERACTIVE = Limits(memory_mib=1024, threads=2, seconds=10)
JOB = Limits(memory_mib=1024, threads=2, seconds=3600, spill_mib=32_768)


@dataclass(frozen=True, slots=True)
class DataFile:
    """One immutable Parquet file, and the file that lists the positions of its deleted rows.

    `deletions` is a Parquet file with one column `DELETED`: the row numbers, from 0, that a reader skips.
    """

    path: Path
    deletions: Path | None = None


@dataclass(frozen=True, slots=True)
class FileRelation:
    """The rows of several Parquet files that have the same columns, read as one table.

    `position` names one more column, the row's number in its file from 0, counting deleted rows; `columns` must
    not contain it. No column of the files may have a name in `RESERVED`.
    """

    files: tuple[DataFile, ...]
    columns: tuple[str, ...]
    position: str | None = None


@dataclass(frozen=True, slots=True)
class DerivedRelation:
    """A query over the session's other relations, which must come before it in the mapping."""

    query: exp.Query


@dataclass(frozen=True, slots=True)
class ArrowRelation:
    """Rows that the caller already holds in memory."""

    table: pa.Table


@dataclass(frozen=True, slots=True)
class CsvRelation:
    """A UTF-8 text file of known form. A row that does not fit is left out and reported by `faults`.

    `header_lines` is the number of lines before the first row of data; the formats are those of C's strptime,
    empty for ISO 8601. A time without a zone is in the session's time zone.
    """

    path: Path
    columns: tuple[ResultColumn, ...]
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    header_lines: int = 1
    decimal_sign: str = "."
    date_format: str = ""
    datetime_format: str = ""


class CsvFaultKind(StrEnum):
    WRONG_TYPE = "wrong_type"
    TOO_FEW_FIELDS = "too_few_fields"
    TOO_MANY_FIELDS = "too_many_fields"
    BROKEN_QUOTES = "broken_quotes"
    BROKEN_ENCODING = "broken_encoding"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class CsvFault:
    """Why a row of a text file was left out: the byte offset of its line, and the column at fault."""

    offset: int
    kind: CsvFaultKind
    column: str | None


Relation = FileRelation | DerivedRelation | ArrowRelation | CsvRelation


class EngineSession(Protocol):
    """A locked place to compute in: it sees only the relations it was opened with.

    Every method may raise an `EngineError`: a timeout, an interruption, too little memory, a refusal, or a fault
    in the query itself. Messages name columns and functions but never contain a data value.
    """

    def rows(self, query: exp.Query, *, limit: int | None = None) -> list[tuple[object, ...]]:
        """All rows, or the first `limit` of them."""
        ...

    def one(self, query: exp.Query) -> tuple[object, ...]:
        """The row of a query that yields exactly one."""
        ...

    def columns(self, query: exp.Query) -> list[ResultColumn]:
        """Names and types of the result, without running the query."""
        ...

    def arrow(self, query: exp.Query) -> pa.Table:
        """The whole result as one Arrow table."""
        ...

    def batches(self, query: exp.Query, *, rows: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The result in batches of about `rows` rows, holding one batch in memory at a time."""
        ...

    def write(
        self,
        query: exp.Query,
        path: Path,
        *,
        pii: Collection[str],
        metadata: Mapping[str, str] | None = None,
    ) -> int:
        """Writes the result as a Parquet file that is whole or absent, and returns its number of rows.

        `pii` names the result's columns that hold personal data; the file stores them and `metadata`.
        """
        ...

    def faults(self) -> list[CsvFault]:
        """The rows left out of the text file read last, in file order: all, or about `MOST_FAULTS`."""
        ...

    def progress(self) -> float | None:
        """How much of the running statement is done, from 0 to 1; safe to call from another thread.

        None when unknown.
        """
        ...

    def interrupt(self) -> None:
        """Ends the running statement and the session; safe to call from another thread."""
        ...

    def renew(self) -> None:
        """Restarts the session's time limit; if the session has ended, raises its `EngineError`."""
        ...


class Engine(Protocol):
    """Opens sessions."""

    def open_session(
        self, relations: Mapping[str, Relation], *, limits: Limits, time_zone: str = "UTC"
    ) -> AbstractContextManager[EngineSession]:
        """A session in which exactly `relations` can be named in a query.

        `time_zone` applies to times without one, and to the days and months of date functions.
        """
        ...
