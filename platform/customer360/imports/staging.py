"""Writes the rows of a file as one Parquet file in the form of the table, and finds those that can't go in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from sqlglot import exp

from customer360 import companions
from customer360.engine import (
    INTERACTIVE,
    CsvFaultKind,
    CsvRelation,
    DataFile,
    DataType,
    FileRelation,
    ResultColumn,
    installed_engine,
)
from customer360.engine.types import null_of, try_cast
from customer360.errors import ImportStoppedError
from customer360.imports.files import FileKind
from customer360.imports.jobs import open_job
from customer360.imports.lines import lines_at, never_ends
from customer360.imports.rejects import Reject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from customer360.engine import CsvFault, Relation
    from customer360.imports.sniffing import CsvForm
    from customer360.imports.spec import ImportColumn, ImportSpec
    from customer360.models import Import
    from customer360.services import ColumnDraft

INCOMING = "incoming"
POSITION = "\x1fposition"
"""The row's number beside a file's columns, of which none is called so: their names can be seen."""

_OF_QUOTES = (CsvFaultKind.BROKEN_QUOTES, CsvFaultKind.TOO_LONG)


@dataclass(frozen=True, slots=True)
class Staged:
    """The written rows, and what was wrong with others.

    `rejects` are rows that are not in the file; `unfit` are positions in it, with the column that is at fault.
    """

    path: Path
    rows: int
    rejects: tuple[Reject, ...] = ()
    unfit: tuple[tuple[int, str], ...] = ()


def stage(import_: Import, source: Path, spec: ImportSpec, layout: Sequence[ColumnDraft], target: Path) -> Staged:
    """The file's rows in the table's columns, in the file's order, companions computed."""
    given = {column.name: column for column in spec.imported}
    query = exp.select(*(_value(column, given, spec.kind) for column in layout)).from_(INCOMING)
    pii = {column.name for column in layout if column.is_pii}
    relation = _relation(source, spec, {column.name: column.type for column in layout})
    with open_job(import_, {INCOMING: relation}, stage="Reading the file") as session:
        rows = session.write(query, target, pii=pii)
        if spec.kind is FileKind.CSV:
            return Staged(target, rows, rejects=_rejects(source, spec.form, session.faults()))
        unfit = session.rows(_unfit(given, layout), limit=import_.reject_limit + 1)
    return Staged(target, rows, unfit=tuple((int(str(at)), str(name)) for at, name in unfit))


def typed_sample(path: Path, rows: int) -> list[tuple[str, DataType, list[object]]]:
    """Each column of a Parquet file, its type, and the values of its first rows."""
    relation = FileRelation((DataFile(path),), columns_of_parquet(path))
    with installed_engine().open_session({INCOMING: relation}, limits=INTERACTIVE) as session:
        columns = session.columns(exp.select("*").from_(INCOMING))
        query = exp.select(*map(_legible, columns)).from_(INCOMING)
        values = list(zip(*session.rows(query, limit=rows), strict=True)) or [()] * len(columns)
    return [(column.name, column.type, list(found)) for column, found in zip(columns, values, strict=True)]


def _legible(column: ResultColumn) -> exp.Expr:
    """What has no type of ours, a list or a structure, as the text that is imported of it."""
    value = exp.column(column.name, quoted=True)
    return try_cast(value, DataType.STRING) if column.type is DataType.OTHER else value


def columns_of_parquet(path: Path) -> tuple[str, ...]:
    """The columns that a Parquet file has, by its own account."""
    return tuple(pq.read_schema(path).names)


def _relation(source: Path, spec: ImportSpec, types: dict[str, DataType]) -> Relation:
    if spec.kind is FileKind.PARQUET:
        return FileRelation((DataFile(source),), columns_of_parquet(source), position=POSITION)
    # A column that is not imported is read as text, which any field is.
    wanted = {column.source: types[column.name] for column in spec.imported if column.name in types}
    fields = tuple(
        ResultColumn(column.source, wanted.get(column.source, DataType.STRING)) for column in spec.columns
    )
    form = spec.form
    return CsvRelation(
        source,
        fields,
        form.delimiter,
        form.quote,
        form.escape,
        form.header_lines,
        form.date_format,
        form.datetime_format,
    )


def _value(column: ColumnDraft, given: dict[str, ImportColumn], kind: FileKind) -> exp.Expr:
    original = column.companion_of or column.name
    if original not in given:
        return null_of(column.type).as_(column.name, quoted=True)
    field: exp.Expr = exp.column(given[original].source, quoted=True)
    if column.companion_of:
        text = field if kind is FileKind.CSV else try_cast(field, DataType.STRING)
        return companions.computed(column.name, original, text).as_(column.name, quoted=True)
    typed = field if kind is FileKind.CSV else try_cast(field, column.type)
    return typed.as_(column.name, quoted=True)


def _unfit(given: dict[str, ImportColumn], layout: Sequence[ColumnDraft]) -> exp.Query:
    """Rows of a Parquet file with the first column whose value is something that the table's type can't hold."""
    fault = exp.Case(ifs=[_if_unfit(given[column.name], column) for column in layout if column.name in given])
    position = exp.column(POSITION, quoted=True)
    found = exp.select(position, fault.as_("fault")).from_(INCOMING)
    return (
        exp.select(position.copy(), "fault")
        .from_(found.subquery("found"))
        .where(exp.column("fault").is_(exp.null()).not_())
    )


def _if_unfit(given: ImportColumn, column: ColumnDraft) -> exp.If:
    value = exp.column(given.source, quoted=True)
    unfit = exp.and_(value.is_(exp.null()).not_(), try_cast(value.copy(), column.type).is_(exp.null()))
    return exp.If(this=unfit, true=exp.Literal.string(column.name))


def _rejects(source: Path, form: CsvForm, faults: list[CsvFault]) -> tuple[Reject, ...]:
    _require_closed_quotes(source, form, faults)
    lines = lines_at(source, (fault.offset for fault in faults))
    return tuple(
        sorted(
            {
                Reject(
                    lines[fault.offset],
                    (fault.column or "") if fault.kind is CsvFaultKind.WRONG_TYPE else "",
                    fault.kind,
                )
                for fault in faults
            }
        )
    )


def _require_closed_quotes(source: Path, form: CsvForm, faults: list[CsvFault]) -> None:
    """A quotation mark that is left open swallows all rows after it, which nobody could count."""
    open_at = max((fault.offset for fault in faults if fault.kind in _OF_QUOTES), default=None)
    if open_at is not None and never_ends(source, form, open_at):
        (line,) = lines_at(source, [open_at]).values()
        raise ImportStoppedError(
            f"A quotation mark on line {line:,} is never closed, so nobody can tell where its row ends. Close it, "
            "or double it if it belongs to the text, and import the file again."
        )
