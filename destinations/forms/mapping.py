"""The mapping of a data template as one form field: a row per column sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import BASE_INPUT_CLASSES

from destinations.errors import NameTemplateError
from destinations.mappings import ColumnMapping, WhenEmpty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from destinations.mapping_checks import SourceColumn
    from destinations.plugins import AccountField

MOST_ROWS = 200
EMPTIED = {WhenEmpty.CLEAR.value: " (cleared when empty)"}
PARTS = ("source", "target", "when_empty")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    name: str  # as the destination names it


@dataclass(frozen=True, slots=True)
class Row:
    """A row as shown. The identity's row has a fixed property and can't be removed."""

    source: str = ""
    target: str = ""
    when_empty: str = WhenEmpty.LEAVE.value
    is_identity: bool = False


class MappingWidget(forms.Widget):
    """Rows of drop-downs, or of text boxes when columns or fields are unknown. A script adds rows, and asks
    `check_address` for their problems during editing.
    """

    template_name = "destinations/widgets/mapping.html"
    input_classes = " ".join(BASE_INPUT_CLASSES)
    spare_rows = 2
    # Choices by heading.
    sources: Mapping[str, Sequence[Choice]] = {}
    targets: Mapping[str, Sequence[Choice]] = {}
    identity = ""
    origin = ""  # whose properties are offered, and how old they are
    check_address = ""

    class Media:
        css = {"all": ("destinations/admin.css",)}
        js = (forms.Script("destinations/mapping.js", type="module"),)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        columns = [[text.strip() for text in data.getlist(f"{name}-{part}")] for part in PARTS]
        rows = (dict(zip(PARTS, row, strict=True)) for row in zip_longest(*columns, fillvalue=""))
        return [row for row in rows if row["source"] or row["target"]]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-source" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["rows"] = [*self._rows(value or []), *[Row()] * self.spare_rows]
        context["blank"] = Row()
        for part in ("sources", "targets", "identity", "origin", "check_address", "input_classes"):
            context[part] = getattr(self, part)
        return context

    def _rows(self, value: Sequence[Mapping[str, Any]]) -> list[Row]:
        """The identity's row, which always exists, comes first."""
        rows = [Row(**{part: row[part] for part in PARTS if part in row}) for row in value]
        if not self.identity:
            return rows
        first = next((row for row in rows if row.target == self.identity), Row(target=self.identity))
        return [replace(first, is_identity=True), *(row for row in rows if row is not first)]


class MappingField(forms.Field):
    widget = MappingWidget

    def __init__(self, *, field_name: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._field_name = field_name

    def offer(
        self,
        *,
        sources: Mapping[str, Mapping[str, SourceColumn]],
        fields: Iterable[AccountField],
        identity: str,
    ) -> None:
        """Sets the choices of the drop-downs: columns by table and form value, and fields."""
        self.widget.identity = identity
        offered = {table: self._choices(columns) for table, columns in sources.items()}
        self.widget.sources = {table: choices for table, choices in offered.items() if choices}
        self.widget.targets = _grouped(field for field in fields if field.name != identity)

    def _choices(self, columns: Mapping[str, SourceColumn]) -> list[Choice]:
        """Only columns that may be sent."""
        allowed = {value: column for value, column in columns.items() if not column.not_for_activation}
        return [self._source(value, column) for value, column in allowed.items()]

    def _source(self, value: str, column: SourceColumn) -> Choice:
        mark = " · personal data" if column.is_pii else ""
        return Choice(value, f"{column.name} · {column.kind}{mark}", self._suggestion(column.name))

    def _suggestion(self, source: str) -> str:
        try:
            return self._field_name(source)
        except NameTemplateError:
            return ""

    def to_python(self, value: Any) -> list[ColumnMapping]:
        rows: list[dict[str, str]] = value or []
        if len(rows) > MOST_ROWS:
            raise ValidationError(f"At most {MOST_ROWS} columns can be sent.")
        return [self._column(number, row) for number, row in enumerate(rows, start=1)]

    def _column(self, number: int, row: dict[str, str]) -> ColumnMapping:
        if not row["source"] or not row["target"]:
            raise ValidationError(f"Row {number} needs both a column and a property.")
        if "\0" in row["source"]:
            raise ValidationError(f"Row {number}: there is no such column.")
        try:
            return ColumnMapping(
                source=row["source"],
                target=self._field_name(row["target"]),
                when_empty=WhenEmpty(row["when_empty"] or WhenEmpty.LEAVE),
            )
        except NameTemplateError as error:
            raise ValidationError(f"Row {number}: {error.message}") from error
        except ValueError as error:
            raise ValidationError(f"Row {number} can't be read: names have at most 200 characters.") from error

    def in_words(self, value: Any) -> str:
        rows = [f"{row['source']} → {row['target']}" + EMPTIED.get(row["when_empty"], "") for row in value or []]
        return f"“{', '.join(rows)}”"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != (data or [])


def _grouped(fields: Iterable[AccountField]) -> Mapping[str, Sequence[Choice]]:
    groups: dict[str, list[Choice]] = {}
    for field in sorted(fields, key=lambda field: field.label.lower()):
        if field.writable:
            label = f"{field.label or field.name} ({field.name}) · {field.type}"
            groups.setdefault(field.group or "properties", []).append(Choice(field.name, label, field.name))
    return groups
