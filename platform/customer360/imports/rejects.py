"""Rows that an import leaves out: where they are, what is wrong, and the report, which contains no values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from customer360.engine import JOB, ArrowRelation, CsvFaultKind, installed_engine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MISSING_KEY = "missing_key"
REPEATED_KEY = "repeated_key"
KNOWN_KEY = "known_key"

REASONS = {
    CsvFaultKind.WRONG_TYPE: "The value does not fit the column's type.",
    CsvFaultKind.TOO_FEW_FIELDS: "The row has fewer fields than the header.",
    CsvFaultKind.TOO_MANY_FIELDS: "The row has more fields than the header.",
    CsvFaultKind.BROKEN_QUOTES: "A quotation mark is not closed; rows after it may be missing too.",
    CsvFaultKind.BROKEN_ENCODING: "The row holds bytes that are not text.",
    CsvFaultKind.TOO_LONG: "The row is longer than two million characters.",
    MISSING_KEY: "The row has no key.",
    REPEATED_KEY: "An earlier row of the file has the same key.",
    KNOWN_KEY: "The table has a row with this key already.",
}
"""Each code of a rejects report in plain words."""


@dataclass(frozen=True, slots=True, order=True)
class Reject:
    """One fault of one row: its line in the file (in Parquet, its row), the column at fault, if any, the code."""

    line: int
    column: str
    reason: str


def write_report(rejects: Sequence[Reject], path: Path) -> None:
    """Writes a Parquet file with line, column, reason; it has no data values, so nothing in it is personal."""
    table = pa.table(
        {
            "line": pa.array([reject.line for reject in rejects], pa.int64()),
            "column": [reject.column for reject in rejects],
            "reason": [reject.reason for reject in rejects],
        }
    )
    with installed_engine().open_session({"rejects": ArrowRelation(table)}, limits=JOB) as session:
        session.write(exp.select("*").from_("rejects"), path, pii=())
