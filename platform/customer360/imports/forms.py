"""What a person decides on the way from a file to a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from customer360 import words
from customer360.engine.interface import DataType
from customer360.forms import ROLES, SEMANTICS
from customer360.imports.files import ENCODINGS
from customer360.imports.sniffing import DELIMITERS, Said
from customer360.imports.spec import ImportColumn
from customer360.models import NAME, Import, Table
from ui.forms import ChoiceCards, Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from customer360.imports.spec import ImportSpec

DELIMITER_NAMES = dict(zip(DELIMITERS, ("Comma", "Semicolon", "Tab", "Bar"), strict=True))
TYPES = [(kind, word) for kind, word in words.TYPES.items() if kind is not DataType.OTHER]
MODES = [
    (Import.Mode.REPLACE, "Replace all rows with those of the file"),
    (Import.Mode.APPEND, "Add the rows of the file"),
    (Import.Mode.UPSERT, "Add rows, and replace those with the same key"),
]


class TableChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """One of the tables that a file can be imported into."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=None, required=False, empty_label="A new table", **options)


class SourceForm(forms.Form):
    """The table that a file goes into."""

    table = TableChoice(label="Into", help_text="The next page shows what was found before anything is imported.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].queryset = Table.objects.importable()  # type: ignore[attr-defined]


class UploadForm(SourceForm):
    file = forms.FileField(
        label="CSV or Parquet file",
        help_text="CSV may be packed with gzip. Delimiter, encoding and types are detected.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.parquet"}),
    )
    field_order = ("file", "table")


class FolderForm(SourceForm):
    name = forms.CharField(widget=forms.HiddenInput)


class WritingForm(forms.Form):
    """A text file's format, for when detection was wrong."""

    delimiter = forms.ChoiceField(choices=list(DELIMITER_NAMES.items()))
    encoding = forms.ChoiceField(choices=list(ENCODINGS.items()))
    has_header = forms.BooleanField(label="The first row names the columns", required=False, widget=Switch)

    @classmethod
    def of(cls, spec: ImportSpec) -> WritingForm:
        form = spec.form
        return cls(
            initial={
                "delimiter": form.delimiter,
                "encoding": form.encoding,
                "has_header": form.header_lines > 0,
            }
        )

    @property
    def said(self) -> Said:
        return Said(**self.cleaned_data)


class TargetForm(forms.Form):
    """What becomes of the rows."""

    table_name = forms.CharField(label="Name of the new table", max_length=100, validators=[NAME])
    role = forms.ChoiceField(label="What it holds", choices=ROLES, widget=ChoiceCards)
    mode = forms.ChoiceField(label="What happens to its rows", choices=MODES, widget=ChoiceCards)
    key = forms.ChoiceField(
        label="Key",
        required=False,
        help_text="No two rows share its value, and rows without one are rejected. Customer profiles need a key.",
    )
    reject_limit = forms.IntegerField(
        label="Stop above this many rejected rows",
        min_value=0,
        max_value=100_000,
        initial=1000,
        help_text="Rows that don't fit are left out and listed in a report. Above this, or with 100,000 "
        "wrong values, nothing is imported.",
    )

    def __init__(self, *args: Any, import_: Import, columns: Sequence[ImportColumn], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("table_name", "role", "key") if import_.table else ("mode",):
            del self.fields[name]
        if "key" in self.fields:
            choices = [("", "None"), *((column.source, column.source) for column in columns)]
            self.fields["key"].choices = choices  # type: ignore[attr-defined]
        if import_.table and not import_.table.key_column:
            self.fields["mode"].choices = MODES[:-1]  # type: ignore[attr-defined]


class ColumnForm(forms.Form):
    """What one column of the file becomes."""

    is_imported = forms.BooleanField(label="Import", required=False)
    name = forms.CharField(max_length=200)
    type = forms.ChoiceField(choices=TYPES)
    semantic = forms.ChoiceField(label="Meaning", required=False, choices=SEMANTICS)
    is_pii = forms.BooleanField(label="Personal data", required=False)
    not_for_activation = forms.BooleanField(label="Not for activation", required=False)

    def column(self, proposed: ImportColumn) -> ImportColumn:
        """The proposed column with the person's changes."""
        said = {**self.cleaned_data, "semantic": self.cleaned_data["semantic"] or None}
        return ImportColumn.model_validate({**proposed.model_dump(), **said})


ColumnFormSet = forms.formset_factory(ColumnForm, extra=0, max_num=1_000, absolute_max=1_000)


def column_forms(spec: ImportSpec, data: Any = None) -> Any:
    """One form for each column of the file, in its order; a post may not have more or fewer."""
    initial = [{**column.model_dump(mode="json"), "semantic": column.semantic or ""} for column in spec.columns]
    return ColumnFormSet(data, initial=initial, prefix="columns")
