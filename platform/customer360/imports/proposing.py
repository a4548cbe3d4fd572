"""What a file probably contains and its format, for a person to confirm."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer360 import storage
from customer360.cells import written
from customer360.engine import RESERVED, DataType
from customer360.engine.errors import EngineError
from customer360.errors import ImportFileError, ImportStoppedError
from customer360.imports.files import CHUNK_BYTES, FileKind, PreparedFile, prepare
from customer360.imports.proposals import propose, propose_typed
from customer360.imports.sniffing import SAMPLE_ROWS, Said, sniff
from customer360.imports.spec import ImportSpec
from customer360.imports.staging import columns_of_parquet, typed_sample
from customer360.models import Import

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from accounts.models import User
    from customer360.models import Table

LOOKED_AT_BYTES = 8 * CHUNK_BYTES
"""How much of a compressed or re-encoded text is unpacked for a proposal; the rest waits for the import."""

PREVIEW_ROWS = 10
MOST_COLUMNS = 1_000
LONGEST_NAME = 200
NOTHING_SAID = Said()


@dataclass(frozen=True, slots=True)
class Look:
    """A preview of a file: the proposal, and its first rows as people read them."""

    spec: ImportSpec
    rows: tuple[tuple[str | None, ...], ...]


def propose_import(
    *, source: Path, file_name: str, table: Table | None = None, started_by: User | None = None
) -> Import:
    """An import to be confirmed: the file's format, and what its columns probably are.

    `source` is a tenant's upload, which the import then owns, or a file that is only read. With `table`, columns
    of the same name are assumed to be the table's. Raises ImportFileError.
    """
    look = look_at(source)
    return Import.objects.create(
        file_name=file_name[:255],
        upload=storage.name_of(source) if storage.is_ours(source) else str(source),
        spec_data=_as_in(table, look.spec).model_dump(mode="json"),
        table=table,
        started_by=started_by,
    )


def propose_again(*, import_: Import, said: Said) -> None:
    """Renews the proposal for the format that a person gives. Raises ImportFileError."""
    if import_.status != Import.Status.PROPOSED:
        raise ImportStoppedError("This import has been started already.")
    look = look_at(storage.path_of(import_.upload), said)
    import_.spec_data = _as_in(import_.table, look.spec).model_dump(mode="json")
    import_.save(update_fields=["spec_data"])


def look_at(source: Path, said: Said = NOTHING_SAID) -> Look:
    """Reads the start of the file. Raises ImportFileError."""
    with _readable(source, said.encoding) as prepared:
        if prepared.kind is FileKind.PARQUET:
            return _look_at_parquet(prepared.path)
        return _look_at_text(prepared, said)


@contextmanager
def _readable(source: Path, encoding: str) -> Iterator[PreparedFile]:
    start = storage.new_upload("start.csv")
    try:
        yield prepare(source, start, encoding=encoding, first_bytes=LOOKED_AT_BYTES)
    finally:
        start.unlink(missing_ok=True)


def _look_at_text(prepared: PreparedFile, said: Said) -> Look:
    sample = sniff(prepared.path, said)
    _require_possible_names(sample.names)
    columns = zip(*(row for row in sample.rows if len(row) == len(sample.names)), strict=True)
    values = dict(zip(sample.names, columns, strict=False))
    proposals = [propose(name, values.get(name, ())) for name in sample.names]
    form = sample.form.model_copy(update={"encoding": prepared.encoding})
    return Look(ImportSpec.proposed(FileKind.CSV, form, proposals), sample.rows[:PREVIEW_ROWS])


def _look_at_parquet(path: Path) -> Look:
    _require_different_names(columns_of_parquet(path))
    try:
        typed = typed_sample(path, SAMPLE_ROWS)
    except (OSError, ValueError, EngineError) as error:
        raise ImportFileError("The Parquet file is damaged. Write it again and upload it.") from error
    _require_possible_names([name for name, _, _ in typed])
    _require_no_reserved_name([name for name, _, _ in typed])
    # Values without a type of ours, such as lists and structures, are imported as text.
    known = [(name, DataType.STRING if kind is DataType.OTHER else kind, values) for name, kind, values in typed]
    proposals = [propose_typed(name, kind, values) for name, kind, values in known]
    shown = zip(*(values[:PREVIEW_ROWS] for _, _, values in typed), strict=True)
    return Look(
        ImportSpec.proposed(FileKind.PARQUET, None, proposals), tuple(tuple(map(written, row)) for row in shown)
    )


def _require_no_reserved_name(names: Sequence[str]) -> None:
    """Such a column of a text file gets another name; a Parquet file is read under its own names."""
    for name in names:
        if name.casefold() in RESERVED:
            raise ImportFileError(f"Muster itself needs the name of the column “{name}”. Rename the column.")


def _require_different_names(names: Sequence[str]) -> None:
    """An engine compares column names case-insensitively: of two alike it would read one twice."""
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise ImportFileError(
                f"Two columns of the file are called “{name}”, capitals aside. Rename one of them."
            )
        seen.add(name.casefold())


def _require_possible_names(names: Sequence[str]) -> None:
    if not names:
        raise ImportFileError("The file has no columns. Write it again with at least one.")
    if len(names) > MOST_COLUMNS:
        raise ImportFileError(
            f"The file has {len(names):,} columns; a table has at most {MOST_COLUMNS:,}. Leave some out."
        )
    for number, name in enumerate(names, 1):
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise ImportFileError(
                f"The name of column {number:,} is longer than {LONGEST_NAME} characters, or holds signs that "
                "can't be seen. Rename it."
            )


def _as_in(table: Table | None, spec: ImportSpec) -> ImportSpec:
    """The proposal, with the table's settings for columns that the table has."""
    if table is None:
        return spec
    known = {column.name.casefold(): column for column in table.columns.filter(companion_of="")}
    matched = spec.with_columns(
        column.matched_with(known[column.name.casefold()]) if column.name.casefold() in known else column
        for column in spec.columns
    )
    return matched.model_copy(update={"revision": table.revision})
