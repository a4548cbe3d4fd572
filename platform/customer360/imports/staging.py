"""Writes a file's rows as one Parquet file with the table's columns, and finds rows that can't go in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from sqlglot import exp

from customer360 import companions
from customer360.engine import (
    INTERACTIVE,
    MOST_FAULTS,
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
from customer360.imports.lines import lines_at, lines_of_rows, never_ends
from customer360.imports.rejects import Reject

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from customer360.engine import CsvFault, Relation
    from customer360.imports.sniffing import CsvForm
    from customer360.imports.spec import ImportColumn, ImportSpec
    from customer360.models import Import
    from customer360.services import ColumnDraft

INCOMING = "incoming"
POSITION = "\x1fposition"
"""The column with the row's number; no file column has this name, because theirs have only visible characters."""

FAULT = "\x1ffault"
"""An extra column of the written rows: the name of the column whose value does not fit, if any."""

_OF_QUOTES = (CsvFaultKind.BROKEN_QUOTES, CsvFaultKind.TOO_LONG)


@dataclass(frozen=True, slots=True)
class Staged:
    """The written rows, and the faults of others.

    `rejects` are rows not in the file, or some of them if there were too many to report; `unfit` are rows in it,
    by their position, that can't go in.
    """

    path: Path
    rows: int
    rejects: tuple[Reject, ...] = ()
    unfit: Mapping[int, Reject] = field(default_factory=dict)
    is_all_told: bool = True


def stage(import_: Import, source: Path, spec: ImportSpec, layout: Sequence[ColumnDraft], target: Path) -> Staged:
    """Writes the file's rows in the table's columns, in file order, with companions computed."""
    given = {column.name: column for column in spec.imported}
    values = [_value(column, given, spec.kind) for column in layout]
    faults = [_if_unfit(given[column.name], column, spec) for column in _to_check(layout, given, spec.kind)]
    fault = exp.Case(ifs=faults).as_(FAULT, quoted=True)
    pii = {column.name for column in layout if column.is_pii}
    relation = _relation(source, spec, {column.name: column.type for column in layout})
    with open_job(import_, {INCOMING: relation}, stage="Reading the file") as session:
        query = exp.select(*values, *([fault] if faults else [])).from_(INCOMING)
        rows = session.write(query, target, pii=pii)
        left_out = session.faults() if spec.kind is FileKind.CSV else []
    staged = Staged(target, rows, _rejects(source, spec.form, left_out), is_all_told=len(left_out) < MOST_FAULTS)
    return replace(staged, unfit=_unfit(import_, source, spec, staged)) if faults else staged


def rejects_at(
    source: Path, spec: ImportSpec, staged: Staged, faults: Collection[tuple[int, str, str]]
) -> list[Reject]:
    """Written rows at fault, by line or, in Parquet, by row; each fault is a position, a column and a reason."""
    if spec.kind is FileKind.PARQUET:
        return [Reject(at + 1, column, reason) for at, column, reason in faults]
    if not faults or not staged.is_all_told:
        return []  # counting lines skips the rows that were not read, so all of those must be known
    left_out = {reject.line for reject in staged.rejects}
    lines = lines_of_rows(source, spec.form, {at for at, _, _ in faults}, left_out=left_out)
    return [Reject(lines[at], column, reason) for at, column, reason in faults]


def typed_sample(path: Path, rows: int) -> list[tuple[str, DataType, list[object]]]:
    """Each column of a Parquet file, its type, and the values of its first rows."""
    relation = FileRelation((DataFile(path),), columns_of_parquet(path))
    with installed_engine().open_session({INCOMING: relation}, limits=INTERACTIVE) as session:
        columns = session.columns(exp.select("*").from_(INCOMING))
        query = exp.select(*map(_legible, columns)).from_(INCOMING)
        values = list(zip(*session.rows(query, limit=rows), strict=True)) or [()] * len(columns)
    return [(column.name, column.type, list(found)) for column, found in zip(columns, values, strict=True)]


def _legible(column: ResultColumn) -> exp.Expr:
    """A value without a type of ours, such as a list or a structure, as the text to import."""
    value = exp.column(column.name, quoted=True)
    return try_cast(value, DataType.STRING) if column.type is DataType.OTHER else value


def columns_of_parquet(path: Path) -> tuple[str, ...]:
    """The columns of a Parquet file, according to its schema."""
    return tuple(pq.read_schema(path).names)


def _relation(source: Path, spec: ImportSpec, types: dict[str, DataType]) -> Relation:
    if spec.kind is FileKind.PARQUET:
        return FileRelation((DataFile(source),), columns_of_parquet(source), position=POSITION)
    wanted = {column.source: _read_as(types[column.name]) for column in spec.imported if column.name in types}
    # A column that is not imported is read as text, which fits any field.
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
        form.decimal_sign,
        form.date_format,
        form.datetime_format,
    )


def _read_as(kind: DataType) -> DataType:
    """A text reader rounds fractions in integer columns, so those are read unconverted and checked afterwards."""
    return DataType.STRING if kind is DataType.INTEGER else kind


def _value(column: ColumnDraft, given: dict[str, ImportColumn], kind: FileKind) -> exp.Expr:
    original = column.companion_of or column.name
    if original not in given:
        return null_of(column.type).as_(column.name, quoted=True)
    field: exp.Expr = exp.column(given[original].source, quoted=True)
    if column.companion_of:
        text = field if kind is FileKind.CSV else try_cast(field, DataType.STRING)
        return companions.computed(column.name, original, text).as_(column.name, quoted=True)
    is_read_so = kind is FileKind.CSV and _read_as(column.type) is column.type
    typed = field if is_read_so else try_cast(field, column.type)
    return typed.as_(column.name, quoted=True)


def _to_check(layout: Sequence[ColumnDraft], given: dict[str, ImportColumn], kind: FileKind) -> list[ColumnDraft]:
    """The columns whose values the file's reader does not check against their type."""
    present = (column for column in layout if column.name in given)
    return [column for column in present if kind is FileKind.PARQUET or column.type is DataType.INTEGER]


def _if_unfit(given: ImportColumn, column: ColumnDraft, spec: ImportSpec) -> exp.If:
    """Flags a value that the table's type can't hold, or would change."""
    value = exp.column(given.source, quoted=True)
    held = try_cast(value, column.type)
    unfit: exp.Expr = held.is_(exp.null())
    if column.type is DataType.INTEGER:
        unfit = exp.or_(unfit, _is_changed(value, held, spec))
    present = value.copy().is_(exp.null()).not_()
    return exp.If(this=exp.and_(present, unfit), true=exp.Literal.string(column.name))


def _is_changed(value: exp.Expr, held: exp.Expr, spec: ImportSpec) -> exp.Expr:
    """Engines cast 1.5 to 2. Most texts have neither point nor exponent, which is cheaper to check than the value.

    Beside decimal commas a point separates thousands, which engines take for decimals: 1.000 would become 1.
    """
    differs = exp.NEQ(this=try_cast(value, DataType.FLOAT), expression=held.copy())
    if spec.kind is FileKind.PARQUET:
        return differs
    point, *exponents = (exp.Contains(this=value.copy(), expression=exp.Literal.string(sign)) for sign in ".eE")
    if spec.form.decimal_sign == ",":
        return exp.or_(point, exp.and_(exp.or_(*exponents), differs))
    return exp.and_(exp.or_(point, *exponents), differs)


def _unfit(import_: Import, source: Path, spec: ImportSpec, staged: Staged) -> dict[int, Reject]:
    """Written rows, by position, with the first column at fault; at most one more than the limit."""
    relation = FileRelation((DataFile(staged.path),), (FAULT,), position=POSITION)
    fault = exp.column(FAULT, quoted=True)
    query = (
        exp.select(exp.column(POSITION, quoted=True), fault)
        .from_(INCOMING)
        .where(fault.copy().is_(exp.null()).not_())
    )
    with open_job(import_, {INCOMING: relation}, stage="Checking values") as session:
        found = session.rows(query, limit=import_.reject_limit + 1)
    faults = [(int(str(at)), str(name), CsvFaultKind.WRONG_TYPE) for at, name in found]
    rejects = rejects_at(source, spec, staged, faults)
    return {at: reject for (at, _, _), reject in zip(faults, rejects, strict=staged.is_all_told)}


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
    """Refuses an unclosed quotation mark: it swallows all rows after it, an unknown number."""
    open_at = max((fault.offset for fault in faults if fault.kind in _OF_QUOTES), default=None)
    if open_at is not None and never_ends(source, form, open_at):
        (line,) = lines_at(source, [open_at]).values()
        raise ImportStoppedError(
            f"A quotation mark on line {line:,} is never closed, so nobody can tell where its row ends. Close it, "
            "or double it if it belongs to the text, and import the file again."
        )
