"""Detects a text file's format (delimiter, quotes, header) from its first rows."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from customer360.errors import ImportFileError
from customer360.imports.files import SAMPLE_BYTES, UTF_8

if TYPE_CHECKING:
    import _csv
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_ROWS = 5_000
FIELD_CHARACTERS = 2 * 1024 * 1024

_VALUE = re.compile(r"[\s+\-£$€]*\d[\d.,:\-/ TZ]*|.*@.*")
"""Patterns no column name matches: a number, a date, an e-mail address."""

_DOUBLED = re.compile(r'[^\\,;\t|\r\n"]""')
"""A quotation mark doubled inside a field, as most programs write it."""


_SAYS_DELIMITER = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
"""A first line with which spreadsheets declare the delimiter."""


class CsvForm(BaseModel):
    """How a text file is written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    header_lines: int = 1
    decimal_sign: str = "."
    date_format: str = ""
    datetime_format: str = ""
    encoding: str = UTF_8


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says about a text file's format; empty fields are detected."""

    encoding: str = ""
    delimiter: str = ""
    has_header: bool | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The format of a text file, its column names, and its first rows."""

    form: CsvForm
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sniff(path: Path, said: Said = Said()) -> Sample:
    """Reads the start of a UTF-8 text file; raises ImportFileError when it has no rows."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES).decode("utf-8", errors="replace")
    told = _SAYS_DELIMITER.match(start)
    delimiter = said.delimiter or (told[1] if told else "")
    form = _form(start, (delimiter,) if delimiter else DELIMITERS)
    before = 1 if told else 0
    read = list(itertools.islice(numbered_rows(path, form), before, SAMPLE_ROWS))
    rows = [tuple(row) for _, row in read]
    if not any(field.strip() for row in rows for field in row):
        raise ImportFileError("The file holds no rows, only empty lines.")
    first, *rest = rows
    headless = any(map(_VALUE.fullmatch, first)) if said.has_header is None else not said.has_header
    if headless:
        names = tuple(f"column_{number}" for number in range(1, len(first) + 1))
        return Sample(form.model_copy(update={"header_lines": before}), names, tuple(rows))
    # Empty lines may precede the first row of data.
    header_lines = read[1][0] - 1 if rest else read[0][0]
    return Sample(form.model_copy(update={"header_lines": header_lines}), _unique(first), tuple(rest))


def numbered_rows(path: Path, form: CsvForm) -> Iterator[tuple[int, list[str]]]:
    """Each non-empty row, header included, with the number of its first line, from 1.

    Uses Python's csv reader, row by row: for samples, and for the few rows whose line a report must name. Raises
    ImportFileError at a row that can't be read.
    """
    csv.field_size_limit(FIELD_CHARACTERS)
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = reader(file, form)
        begins = 1
        try:
            for row in rows:
                if row:
                    yield begins, row
                begins = rows.line_num + 1
        except csv.Error as error:
            raise ImportFileError(
                f"The row on line {begins:,} can't be read: it never ends, or a field is longer than two million "
                "characters. Is a quotation mark left open?"
            ) from error


def reader(lines: Iterable[str], form: CsvForm) -> _csv.Reader:
    """Python's csv reader for a text in this format."""
    doubled = form.escape == form.quote
    return csv.reader(
        lines,
        delimiter=form.delimiter,
        quotechar=form.quote,
        doublequote=doubled,
        escapechar=None if doubled else form.escape,
    )


def _form(start: str, delimiters: Iterable[str]) -> CsvForm:
    whole_lines = start if len(start) < SAMPLE_BYTES // 2 else start[: start.rfind("\n") + 1] or start
    escape = "\\" if '\\"' in start and not _DOUBLED.search(start) else '"'
    forms = [CsvForm(delimiter=delimiter, escape=escape) for delimiter in delimiters]
    return max(forms, key=lambda form: _regularity(whole_lines, form))


def _regularity(text: str, form: CsvForm) -> tuple[float, int]:
    """How many rows agree on a field count above one, and that count: the right delimiter has the most."""
    try:
        widths = Counter(len(row) for row in reader(io.StringIO(text, newline=""), form) if row)
    except csv.Error:
        return (0.0, 0)
    several = [(count, width) for width, count in widths.items() if width > 1]
    if not several:
        return (0.0, 0)
    count, width = max(several)
    return (round(count / widths.total(), 1), width)


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, trimmed, without invisible characters; nameless columns get their number, repeated names (in any
    case) get a number appended.
    """
    taken: set[str] = set()
    unique = []
    for number, name in enumerate(names, 1):
        seen = "".join(filter(str.isprintable, " ".join(name.split())))
        wanted = seen or f"column_{number}"
        found = next(name for name in _alternatives(wanted) if name.casefold() not in taken)
        taken.add(found.casefold())
        unique.append(found)
    return tuple(unique)


def _alternatives(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in itertools.count(2))
