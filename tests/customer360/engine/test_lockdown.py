"""Statements that reach outside the session, each given straight to the driver, past every check of ours."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import duckdb
import pytest

from customer360.engine import INTERACTIVE, DuckDBEngine, FileRelation
from customer360.engine.duckdb_engine import DuckDBSession

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '{neighbour}'",
    "SELECT * FROM read_parquet('{neighbour}')",
    "SELECT * FROM read_parquet('{folder}/../neighbour.parquet')",
    "SELECT * FROM read_csv('https://example.com/a.csv')",
    "COPY (SELECT 1) TO '{neighbour}.csv'",
    "COPY customers TO '/dev/stdout'",
    "EXPORT DATABASE '{folder}/../export'",
    "ATTACH '{neighbour}.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/evil.duckdb_extension'",
    "SELECT getenv('HOME')",
    "SET threads = 64",
    "SET memory_limit = '100GB'",
    "SET enable_external_access = true",
    "SET allowed_paths = ['/etc/passwd']",
    "SET temp_directory = '/tmp'",
    "RESET lock_configuration",
    "PRAGMA threads = 64",
    "PRAGMA enable_profiling = 'json'",
    "CALL enable_logging(storage = 'file', storage_path = '/tmp/log')",
]


@pytest.mark.parametrize("statement", HOSTILE)
def test_the_instance_itself_refuses_to_reach_outside(
    statement: str, engine: DuckDBEngine, customers: FileRelation, tmp_path: Path
) -> None:
    neighbour = tmp_path / "neighbour.parquet"
    neighbour.write_bytes(customers.files[0].path.read_bytes())
    with engine.open_session({"customers": customers}, limits=INTERACTIVE) as session:
        assert isinstance(session, DuckDBSession)
        with pytest.raises(duckdb.Error):
            session._connection.execute(statement.format(neighbour=neighbour, folder=session._folder)).fetchall()


def test_what_killed_processes_left_goes_when_it_is_old(engine: DuckDBEngine, tmp_path: Path) -> None:
    old, young = tmp_path / "scratch" / "old", tmp_path / "scratch" / "young"
    for folder in (old, young):
        (folder / "spill").mkdir(parents=True)
    os.utime(old, (0, 0))
    engine.remove_leftovers(older_than=1)
    assert not old.exists()
    assert young.exists()


def test_a_folder_of_a_session_disappears_with_it(engine: DuckDBEngine, tmp_path: Path) -> None:
    with engine.open_session({}, limits=INTERACTIVE):
        assert list((tmp_path / "scratch").iterdir())
    assert not list((tmp_path / "scratch").iterdir())
