"""The mapping of a data template as one form field: a row per column that is sent."""

from __future__ import annotations

from dataclasses import dataclass
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
    name: str  # as the destination would name it


class MappingWidget(forms.Widget):
    """Rows of drop-downs; without known columns or fields, of text boxes. A script adds rows."""

    template_name = "destinations/widgets/mapping.html"
    input_classes = " ".join(BASE_INPUT_CLASSES)
    spare_rows = 2
    # Choices by the heading that they stand under.
    sources: Mapping[str, Sequence[Choice]] = {}
    targets: Mapping[str, Sequence[Choice]] = {}

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
        blank = [{"source": "", "target": "", "when_empty": WhenEmpty.LEAVE.value}] * self.spare_rows
        context["rows"] = [*(value or []), *blank]
        context["sources"], context["targets"] = self.sources, self.targets
        context["input_classes"] = self.input_classes
        return context


class MappingField(forms.Field):
    widget = MappingWidget

    def __init__(self, *, field_name: Callable[[str], str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._field_name = field_name

    def offer(self, *, sources: Mapping[str, Mapping[str, SourceColumn]], fields: Iterable[AccountField]) -> None:
        """The choices of the drop-downs: columns by table and by the value that stands for them, and fields."""
        self.widget.sources = {
            table: [self._source(value, column) for value, column in columns.items()]
            for table, columns in sources.items()
            if columns
        }
        self.widget.targets = _grouped(fields)

    def _source(self, value: str, column: SourceColumn) -> Choice:
        return Choice(value, f"{column.name} · {column.kind}", self._suggestion(column.name))

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
