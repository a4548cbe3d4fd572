from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from customer360.engine import DataType
from customer360.errors import ImportFileError
from customer360.imports.files import FileKind
from customer360.imports.proposals import propose
from customer360.imports.sniffing import sniff
from customer360.imports.spec import ImportSpec
from customer360.semantics import Semantic

if TYPE_CHECKING:
    from pathlib import Path


def sniffed(tmp_path: Path, text: str) -> tuple[str, str, int, tuple[str, ...], int]:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    sample = sniff(path)
    return sample.form.delimiter, sample.form.escape, sample.form.header_lines, sample.names, len(sample.rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id,name\n1,a\n2,b\n", (",", '"', 1, ("id", "name"), 2)),
        ("id;name;note\r\n1;a,b;c,d\r\n", (";", '"', 1, ("id", "name", "note"), 1)),
        ("id\tname\n1\ta b\n", ("\t", '"', 1, ("id", "name"), 1)),
        ("id|name\n1|a\n", ("|", '"', 1, ("id", "name"), 1)),
        ('id,name\n1,"a, ""b""\nc"\n2,d\n', (",", '"', 1, ("id", "name"), 2)),
        ('id,name\n1,"a \\"b\\""\n', (",", "\\", 1, ("id", "name"), 1)),
        ("email\na@example.com\n", (",", '"', 1, ("email",), 1)),
        ("a@example.com\nb@example.com\n", (",", '"', 0, ("column_1",), 2)),
        ("1,a\n2,b\n", (",", '"', 0, ("column_1", "column_2"), 2)),
        ("\n\nid,name\n\n1,a\n", (",", '"', 4, ("id", "name"), 1)),
        ("id,Name,name,,NAME\n1,a,b,c,d\n", (",", '"', 1, ("id", "Name", "name_2", "column_4", "NAME_3"), 1)),
        ("id,name\n", (",", '"', 1, ("id", "name"), 0)),
    ],
    ids=[
        "comma",
        "semicolon",
        "tab",
        "bar",
        "quotes",
        "backslash",
        "one column",
        "one column without header",
        "no header",
        "empty lines",
        "repeated and missing names",
        "header only",
    ],
)
def test_the_form_of_a_file_is_found_out(
    tmp_path: Path, text: str, expected: tuple[str, str, int, tuple[str, ...], int]
) -> None:
    assert sniffed(tmp_path, text) == expected


def test_a_file_of_empty_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="no rows"):
        sniffed(tmp_path, "\n\n\n")


@pytest.mark.parametrize(
    ("values", "kind", "form"),
    [
        (["1", "-20", ""], DataType.INTEGER, ""),
        (["007", "12"], DataType.STRING, ""),
        (["1.50", "2"], DataType.DECIMAL, "."),
        (["1.123456", "2e3"], DataType.FLOAT, "."),
        (["true", "No"], DataType.BOOLEAN, ""),
        (["0", "1"], DataType.INTEGER, ""),
        (["2026-01-31"], DataType.DATE, ""),
        (["31/01/2026", "01/02/2026"], DataType.DATE, "%d/%m/%Y"),
        (["01/31/2026"], DataType.DATE, "%m/%d/%Y"),
        (["2026-01-31 10:00:00", "2026-01-31T10:00Z"], DataType.DATETIME, ""),
        (["31.01.2026 10:00"], DataType.DATETIME, "%d.%m.%Y %H:%M"),
        (["2026-13-31"], DataType.STRING, ""),
        (["", " "], DataType.STRING, ""),
        (["1", "a"], DataType.STRING, ""),
    ],
)
def test_types_are_proposed_from_how_values_are_written(values: list[str], kind: DataType, form: str) -> None:
    guess = propose("thing", values).guess
    assert (guess.type, guess.format) == (kind, form)


@pytest.mark.parametrize(
    ("name", "values", "semantic", "is_pii"),
    [
        ("E-Mail Address", [], Semantic.EMAIL, True),
        ("contact", ["a@example.com", "b@example.com", "none"] + ["c@example.com"] * 5, Semantic.EMAIL, True),
        ("firstName", ["Ada"], Semantic.GIVEN_NAME, True),
        ("last_name", [], Semantic.SURNAME, True),
        ("Amperity ID", ["x"], Semantic.CUSTOMER_KEY, False),
        ("phone", ["4420"], Semantic.PHONE, True),
        ("zip code", ["12345"], Semantic.POSTAL, False),
        ("country", [], Semantic.COUNTRY, False),
        ("ordered_at", [], Semantic.ORDER_TIME, False),
        ("shoe size", ["42"], None, False),
    ],
)
def test_meanings_and_marks_are_proposed(
    name: str,
    values: list[str],
    semantic: Semantic | None,
    is_pii: bool,  # noqa: FBT001  pytest passes parameters by name
) -> None:
    proposal = propose(name, values)
    assert (proposal.semantic, proposal.is_pii) == (semantic, is_pii)


def test_a_number_that_means_a_place_or_a_phone_stays_text() -> None:
    assert propose("zip", ["12345"]).guess.type is DataType.STRING
    assert propose("phone", ["4420"]).guess.type is DataType.STRING


@pytest.mark.parametrize(
    ("columns", "sign", "types"),
    [
        ((["10.50"], ["38,5"]), ".", ["decimal", "string"]),
        ((["10,50"], ["1.5"], ["2,25"]), ",", ["decimal", "string", "decimal"]),
        ((["10,50"], ["2e5"]), ",", ["decimal", "float"]),
        ((["10,50"], ["1.000"]), ",", ["decimal", "string"]),
        ((["7"], ["1.000"]), ".", ["integer", "decimal"]),
    ],
    ids=["as many points as commas", "mostly commas", "an exponent has no sign", "perhaps thousands", "no commas"],
)
def test_most_columns_decide_on_the_decimal_sign_of_a_file(
    columns: tuple[list[str], ...], sign: str, types: list[str]
) -> None:
    proposals = [propose(f"c{number}", values) for number, values in enumerate(columns)]
    spec = ImportSpec.proposed(FileKind.CSV, None, proposals)
    assert (spec.form.decimal_sign, [column.type for column in spec.columns]) == (sign, types)
