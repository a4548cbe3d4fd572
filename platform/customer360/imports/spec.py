"""The stored instructions of an import: which columns of the file become which columns of the table."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

from customer360.engine import DataType
from customer360.imports.files import FileKind
from customer360.imports.proposals import DECIMAL_COMMA, DECIMAL_POINT, FRACTIONS, is_personal
from customer360.imports.sniffing import CsvForm
from customer360.naming import taken_names
from customer360.semantics import Semantic
from customer360.services import ColumnDraft

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from customer360.imports.proposals import ColumnProposal
    from customer360.models import Column, Import


class ImportColumn(BaseModel):
    """A column of the file, and what it becomes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    name: str
    type: DataType
    semantic: Semantic | None = None
    is_pii: bool = True
    not_for_activation: bool = False
    is_imported: bool = True

    @classmethod
    def proposed(cls, proposal: ColumnProposal, formats: Mapping[DataType, str]) -> Self:
        """`formats` are the file's, for types that have one: a column in another is text."""
        guess = proposal.guess
        fits = guess.format == formats.get(guess.type, "") or (guess.type in FRACTIONS and not guess.format)
        return cls(
            source=proposal.name,
            name=proposal.name,
            type=guess.type if fits else DataType.STRING,
            semantic=proposal.semantic,
            is_pii=proposal.is_pii,
        )

    def matched_with(self, column: Column) -> Self:
        """The column with the table's name, type, meaning and marks."""
        return self.model_copy(
            update={
                "name": column.name,
                "type": column.data_type,
                "semantic": Semantic(column.semantic) if column.semantic else None,
                "is_pii": column.is_pii,
                "not_for_activation": column.not_for_activation,
            }
        )

    @property
    def draft(self) -> ColumnDraft:
        return ColumnDraft(self.name, self.type, self.semantic or "", self.is_pii, self.not_for_activation)


class ImportSpec(BaseModel):
    """The file's format and its columns, in file order.

    `revision` is that of the table whose marks were copied to the columns; None without a table.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FileKind
    form: CsvForm = CsvForm()
    columns: tuple[ImportColumn, ...]
    revision: int | None = None

    @classmethod
    def proposed(cls, kind: FileKind, form: CsvForm | None, proposals: Sequence[ColumnProposal]) -> Self:
        """A file has one date format, its first column's, and the decimal sign of most columns."""
        sign = _decimal_sign(proposals)
        formats = {kind: _first_format(kind, proposals) for kind in (DataType.DATE, DataType.DATETIME)}
        formats |= dict.fromkeys(FRACTIONS, sign)
        columns = (ImportColumn.proposed(proposal, formats) for proposal in proposals)
        said = {
            "decimal_sign": sign,
            "date_format": formats[DataType.DATE],
            "datetime_format": formats[DataType.DATETIME],
        }
        return cls(
            kind=kind,
            form=(form or CsvForm()).model_copy(update=said),
            columns=tuple(_under_free_names(list(columns))),
        )

    @property
    def imported(self) -> tuple[ImportColumn, ...]:
        return tuple(column for column in self.columns if column.is_imported)

    def with_meanings(self, semantics: Mapping[str, Semantic]) -> Self:
        """The columns with these meanings, by name, and the personal-data marks they imply."""
        return self.with_columns(
            column.model_copy(update={"semantic": said, "is_pii": is_personal(said)})
            if (said := semantics.get(column.name))
            else column
            for column in self.columns
        )

    def with_columns(self, columns: Iterable[ImportColumn]) -> Self:
        return self.model_copy(update={"columns": tuple(columns)})


def _first_format(kind: DataType, proposals: Iterable[ColumnProposal]) -> str:
    return next((p.guess.format for p in proposals if p.guess.type is kind and p.guess.format), "")


def _decimal_sign(proposals: Sequence[ColumnProposal]) -> str:
    """The sign that most columns of fractions surely have; the point if as many have either."""
    guesses = (proposal.guess for proposal in proposals)
    signs = Counter(guess.format for guess in guesses if guess.type in FRACTIONS and guess.is_sure)
    return DECIMAL_COMMA if signs[DECIMAL_COMMA] > signs[DECIMAL_POINT] else DECIMAL_POINT


def _under_free_names(columns: Sequence[ImportColumn]) -> Iterator[ImportColumn]:
    """Numbers columns of the file that have the name of one of Muster's own."""
    barred = taken_names({column.name: column.semantic or "" for column in columns})
    names = {column.name.casefold() for column in columns}
    for column in columns:
        if column.name.casefold() not in barred:
            yield column
            continue
        alternatives = (f"{column.name}_{number}" for number in count(2))
        name = next(each for each in alternatives if each.casefold() not in names | barred)
        names.add(name.casefold())
        yield column.model_copy(update={"name": name})


def spec_of(import_: Import) -> ImportSpec:
    return ImportSpec.model_validate(import_.spec_data)
