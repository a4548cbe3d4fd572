"""An audience as it will be sent: customer key, address, a verdict, and each field in its written form.

It is a single query per audience; the engine does the work, column by column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360 import email
from customer360.engine import functions
from destinations.delivery.files import field_column
from destinations.delivery.outcomes import Status
from destinations.delivery.specs import FieldKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from destinations.delivery.specs import AudienceSpec, FieldMapping, MappingSpec

FIXED = ("position", "key", "email", "reason", "prefer", "hash")
UNIT_SEPARATOR = "\x1f"

DATE_FORM = "%Y-%m-%dT00:00:00.000Z"
DATETIME_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"

UNFIT = {
    FieldKind.NUMBER: "not_a_number",
    FieldKind.BOOLEAN: "not_true_or_false",
    FieldKind.DATE: "not_a_date",
    FieldKind.DATETIME: "not_a_date_and_time",
    FieldKind.OPTION: "not_an_option",
}
"""Reason code by kind, followed by a colon and the field: the row is held back."""

REQUIRED = "required"
"""Reason code of a row without a value for a required field; the field's name follows."""


def pii_columns(mapping: MappingSpec) -> tuple[str, ...]:
    return ("email", "prefer", *(field_column(field.field) for field in mapping.fields if field.pii))


def columns(mapping: MappingSpec) -> tuple[str, ...]:
    return (*FIXED, *(field_column(field.field) for field in mapping.fields))


def shaped(audience: AudienceSpec, mapping: MappingSpec) -> exp.Select:
    """One row for each row of the audience with the columns of `columns`.

    `reason` is empty when the row can be sent. `position` numbers the rows in the order in which they are written.
    """
    written = [written_form(field).as_(field_column(field.field)) for field in mapping.fields]
    rows = exp.select(
        exp.cast(_column(audience.key), "text").as_("key"),
        address(audience, mapping).as_("email"),
        verdict(audience, mapping).as_("reason"),
        (_column(mapping.prefer) if mapping.prefer else exp.null()).as_("prefer"),
        *written,
    ).from_(audience.query.subquery("audience"))
    return exp.select(
        exp.Window(this=exp.RowNumber()).as_("position"),
        *(exp.column(name) for name in ("key", "email", "reason", "prefer")),
        content_hash(mapping.fields).as_("hash"),
        *(exp.column(field_column(field.field), quoted=True) for field in mapping.fields),
    ).from_(rows.subquery("written"))


def first_rows(rows: exp.Select, count: int) -> exp.Select:
    """The first `count` rows by key, those that can be sent before the others."""
    return rows.order_by(
        exp.Ordered(this=exp.Not(this=exp.column("reason").is_(exp.null()))), exp.column("key")
    ).limit(count)


def failed_rows(mapping: MappingSpec) -> exp.Select:
    """The rows of the shaped audience `before` that failed according to its delivery's relation `outcomes`."""
    failed = exp.select("key").from_("outcomes").where(exp.column("status").eq(Status.FAILED.value))
    same_key = exp.In(this=exp.column("key"), query=failed.where(exp.column("leaver").not_()).subquery())
    return (
        exp.select(*(exp.column(name, quoted=True) for name in columns(mapping))).from_("before").where(same_key)
    )


def address(audience: AudienceSpec, mapping: MappingSpec) -> exp.Expr:
    """The normalised address; one that can't be sent is at least trimmed and lower-cased."""
    identity = _column(mapping.identity)
    if mapping.identity not in audience.verdicts:
        return email.normalised(identity)
    known, _reason = audience.verdicts[mapping.identity]
    return exp.func("COALESCE", _column(known), exp.Lower(this=exp.Trim(this=exp.cast(identity, "text"))))


def _verdict_of_address(audience: AudienceSpec, mapping: MappingSpec) -> exp.Expr:
    if mapping.identity not in audience.verdicts:
        return email.verdict(_column(mapping.identity))
    known, reason = map(_column, audience.verdicts[mapping.identity])
    # An outer join yields neither.
    missing = exp.func("COALESCE", reason, exp.Literal.string("missing"))
    return exp.case().when(known.is_(exp.null()), missing)


def verdict(audience: AudienceSpec, mapping: MappingSpec) -> exp.Expr:
    """Empty when the row can be sent, else the code of the first reason it can't."""
    cases = exp.Case()
    for field in mapping.fields:
        if field.kind in UNFIT:
            cases = cases.when(is_unfit(field), exp.Literal.string(f"{UNFIT[field.kind]}:{field.field}"))
    for field in (each for each in mapping.fields if each.required):
        cases = cases.when(_text(field).is_(exp.null()), exp.Literal.string(f"{REQUIRED}:{field.field}"))
    of_address = _verdict_of_address(audience, mapping)
    return exp.func("COALESCE", of_address, cases) if cases.args.get("ifs") else of_address


def is_unfit(field: FieldMapping) -> exp.Expr:
    """True when there is a value that can't be written as this kind."""
    return exp.and_(_text(field).is_(exp.null()).not_(), _fits(field).not_())


def written_form(field: FieldMapping) -> exp.Expr:
    """The value as text in the form the destination expects; NULL when it is empty or unfit."""
    column = _column(field.column)
    if field.kind is FieldKind.DATE:
        return exp.TimeToStr(this=_as(column, "date"), format=exp.Literal.string(DATE_FORM))
    if field.kind is FieldKind.DATETIME:
        return exp.TimeToStr(this=_as(column, "timestamptz"), format=exp.Literal.string(DATETIME_FORM))
    if field.kind is FieldKind.BOOLEAN:
        return exp.cast(_as(column, "boolean"), "text")
    return _text(field)


def content_hash(fields: Sequence[FieldMapping]) -> exp.Expr:
    """Differs when anything sent differs: field names, the treatment of empty values, or the values."""
    if not fields:
        return exp.cast(exp.Literal.number(0), "bigint")
    names = ",".join(f"{field.field}{'?' if field.keep_when_empty else ''}" for field in fields)
    values = [
        exp.func("COALESCE", exp.column(field_column(field.field), quoted=True), exp.Literal.string(""))
        for field in fields
    ]
    parts = [exp.Literal.string(UNIT_SEPARATOR), exp.Literal.string(names), *values]
    return functions.stable_hash(exp.ConcatWs(expressions=parts))


def _fits(field: FieldMapping) -> exp.Expr:
    column = _column(field.column)
    if field.kind is FieldKind.NUMBER:
        # Finite numbers only: DuckDB also reads "nan" and "inf".
        limit = exp.Literal.number("1e300")
        number = _as(column, "double")
        return exp.func("COALESCE", exp.Between(this=number, low=exp.Neg(this=limit), high=limit), exp.false())
    if field.kind is FieldKind.OPTION:
        return exp.In(this=_text(field), expressions=[exp.Literal.string(option) for option in field.options])
    kinds = {FieldKind.BOOLEAN: "boolean", FieldKind.DATE: "date", FieldKind.DATETIME: "timestamptz"}
    return _as(column, kinds[field.kind]).is_(exp.null()).not_()


def _text(field: FieldMapping) -> exp.Expr:
    text = exp.cast(_column(field.column), "text")
    return exp.func(
        "NULLIF", text if field.kind is FieldKind.TEXT else exp.Trim(this=text), exp.Literal.string("")
    )


def _as(column: exp.Expr, kind: str) -> exp.Expr:
    return exp.TryCast(this=column, to=exp.DataType.build(kind, dialect="duckdb"))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
