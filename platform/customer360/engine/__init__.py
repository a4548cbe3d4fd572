"""The engine that computes over customer data, behind one interface."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from customer360.engine.duckdb_engine import DuckDBEngine
from customer360.engine.interface import (
    DELETED,
    INTERACTIVE,
    JOB,
    MOST_FAULTS,
    PII_METADATA,
    RESERVED,
    ArrowRelation,
    CsvFault,
    CsvFaultKind,
    CsvRelation,
    DataFile,
    DataType,
    DerivedRelation,
    Engine,
    EngineSession,
    FileRelation,
    Limits,
    Relation,
    ResultColumn,
)

__all__ = [
    "DELETED",
    "INTERACTIVE",
    "JOB",
    "MOST_FAULTS",
    "PII_METADATA",
    "RESERVED",
    "ArrowRelation",
    "CsvFault",
    "CsvFaultKind",
    "CsvRelation",
    "DataFile",
    "DataType",
    "DerivedRelation",
    "DuckDBEngine",
    "Engine",
    "EngineSession",
    "FileRelation",
    "Limits",
    "Relation",
    "ResultColumn",
    "installed_engine",
]

LONGEST_SESSION = 24 * 3600
"""Longer than any session lives, in seconds; older scratch files were left by a killed process."""


@cache
def installed_engine() -> Engine:
    """The engine of this installation; its scratch space is next to the data, so finished files are just moved."""
    from django.conf import settings

    from customer360 import storage

    engine = DuckDBEngine(Path(settings.DATA_DIR) / storage.SCRATCH)
    engine.remove_leftovers(older_than=time.time() - LONGEST_SESSION)
    return engine
