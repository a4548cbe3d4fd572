from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from customer360.engine import DataFile, DuckDBEngine, FileRelation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    return DuckDBEngine(tmp_path / "scratch")


@pytest.fixture
def customers(tmp_path: Path) -> FileRelation:
    path = tmp_path / "customers.parquet"
    pq.write_table(pa.table({"id": [1, 2, 3], "name": ["Ada", "Bo", "Cy"]}), path)
    return FileRelation((DataFile(path),), ("id", "name"))
