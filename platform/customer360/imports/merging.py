"""Joins staged rows with a table's existing ones, by position: existing rows are not rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from customer360 import storage
from customer360.engine import DELETED, ArrowRelation, DataFile, FileRelation
from customer360.imports.jobs import open_job
from customer360.imports.rejects import KNOWN_KEY, MISSING_KEY, REPEATED_KEY
from customer360.imports.staging import POSITION
from customer360.models import Import

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from customer360.engine import EngineSession, Relation
    from customer360.manifest import Manifest, ManifestFile

STAGED = "staged"
TABLE = "present"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class KeyFault:
    position: int
    reason: str


def key_faults(import_: Import, staged: DataFile, key: str, present: Manifest | None) -> list[KeyFault]:
    """Positions of staged rows whose key is missing, repeated or taken; per kind at most one beyond the limit."""
    relations = {STAGED: FileRelation((staged,), (key,), position=POSITION)}
    queries = {MISSING_KEY: _without_key(key), REPEATED_KEY: _with_repeated_key(key)}
    if present is not None and import_.mode == Import.Mode.APPEND:
        relations[TABLE] = present.model_copy(update={"columns": (key,)}).relation(storage.tenant_folder())
        queries[KNOWN_KEY] = exp.select(_position()).from_(STAGED).where(_key(key).isin(query=_keys(key, TABLE)))
    with open_job(import_, relations, stage="Comparing keys") as session:
        return [
            KeyFault(int(str(position)), reason)
            for reason, query in queries.items()
            for (position,) in session.rows(query, limit=import_.reject_limit + 1)
        ]


def write_deletions(import_: Import, positions: Collection[int], path: Path) -> None:
    """Writes a deletions file with these positions."""
    table = pa.table({DELETED: pa.array(sorted(positions), pa.int64())})
    relations = {"left_out": ArrowRelation(table)}
    with open_job(import_, relations, stage="Leaving out rows") as session:
        session.write(exp.select(DELETED).from_("left_out"), path, pii=())


def superseded(import_: Import, present: Manifest, incoming: DataFile, key: str) -> Iterator[ManifestFile]:
    """The table's files without the rows whose key comes in; a file that has none of them stays as it is."""
    relations: dict[str, Relation] = {STAGED: FileRelation((incoming,), (key,))}
    for number, file in enumerate(present.files):
        data = file.data(storage.tenant_folder())
        relations[f"{TABLE}{number}"] = FileRelation((data,), (key,), position=POSITION)
        if file.deletions:
            kept = DataFile(storage.path_of(file.deletions))
            relations[f"{KEPT}{number}"] = FileRelation((kept,), (DELETED,))
    with open_job(import_, relations, stage="Finding rows with the same key") as session:
        for number, file in enumerate(present.files):
            yield from _without_incoming(session, number, file, storage.new_file(import_.table), key)


def _without_incoming(
    session: EngineSession, number: int, file: ManifestFile, target: Path, key: str
) -> Iterator[ManifestFile]:
    """The table's `number`-th file without the incoming keys."""
    incoming = _key(key).isin(query=_keys(key, STAGED))
    hits = exp.select(_position().as_(DELETED)).from_(f"{TABLE}{number}").where(incoming)
    before = pq.read_metadata(storage.path_of(file.deletions)).num_rows if file.deletions else 0
    kept = exp.select(DELETED).from_(f"{KEPT}{number}")
    every = exp.union(hits, kept, distinct=False) if file.deletions else hits
    gone = session.write(every, target, pii=()) - before
    if gone == 0:
        target.unlink()
        yield file
    elif gone < file.rows:
        yield file.model_copy(update={"rows": file.rows - gone, "deletions": storage.name_of(target)})


def _without_key(key: str) -> exp.Select:
    return exp.select(_position()).from_(STAGED).where(_key(key).is_(exp.null()))


def _with_repeated_key(key: str) -> exp.Select:
    """All but the first of the rows that share a key."""
    repeated = (
        exp.select(_key(key), exp.Min(this=_position()).as_(POSITION, quoted=True))
        .from_(STAGED)
        .where(_key(key).is_(exp.null()).not_())
        .group_by(_key(key))
        .having(exp.Count(this=exp.Star()) > 1)
    )
    same_key = exp.column(key, table=STAGED, quoted=True).eq(exp.column(key, table="repeated", quoted=True))
    return (
        exp.select(_position(STAGED))
        .from_(STAGED)
        .join(repeated.subquery("repeated"), on=same_key)
        .where(_position(STAGED) > _position("repeated"))
    )


def _position(relation: str | None = None) -> exp.Column:
    return exp.column(POSITION, table=relation, quoted=True)


def _keys(key: str, relation: str) -> exp.Select:
    return exp.select(_key(key)).from_(relation)


def _key(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
