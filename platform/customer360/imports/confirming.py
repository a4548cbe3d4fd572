"""The contents of the page where a person confirms an import, and their decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from customer360 import storage
from customer360.errors import Customer360Error
from customer360.imports import forms
from customer360.imports.files import FileKind
from customer360.imports.keeping import is_kept
from customer360.imports.proposing import Look, look_at
from customer360.imports.sniffing import Said
from customer360.imports.spec import ImportSpec, spec_of
from customer360.models import Import, Table
from customer360.semantics import NAMING, Semantic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from customer360.imports.spec import ImportColumn

EXAMPLES = 3
LONGEST_EXAMPLE = 40


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The three forms of the page: what becomes of the rows, of each column, and the file's format."""

    import_: Import
    spec: ImportSpec
    target: forms.TargetForm
    columns: Any
    writing: forms.WritingForm | None

    @classmethod
    def of(cls, import_: Import, data: Any = None) -> Self:
        """The forms as proposed, or as posted."""
        spec = spec_of(import_)
        target = forms.TargetForm(
            data, import_=import_, columns=spec.columns, initial=_proposed_target(import_, spec)
        )
        writing = forms.WritingForm.of(spec) if spec.kind is FileKind.CSV else None
        return cls(import_, spec, target, forms.column_forms(spec, data), writing)

    def is_valid(self) -> bool:
        whole = len(self.columns.forms) == len(self.spec.columns)
        return all((self.target.is_valid(), self.columns.is_valid(), whole))

    @property
    def decided(self) -> dict[str, Any]:
        """The arguments for `start_import`, from valid forms."""
        said = self.target.cleaned_data
        pairs = zip(self.spec.columns, self.columns.forms, strict=True)
        spec = self.spec.with_columns(form.column(proposed) for proposed, form in pairs)
        names = {column.source: column.name for column in spec.columns}
        return {
            "spec": spec,
            "mode": Import.Mode(said.get("mode", Import.Mode.REPLACE)),
            "table": self.import_.table,
            "table_name": said.get("table_name", ""),
            "role": Table.Role(said.get("role", Table.Role.OTHER)),
            "key_column": names.get(said.get("key", ""), ""),
            "reject_limit": said["reject_limit"],
        }

    def rows(self, look: Look | None) -> list[tuple[Any, ImportColumn, list[str]]]:
        """Each column's form, its proposal from the file, and a few of its values."""
        examples = _examples(look, len(self.spec.columns))
        return list(zip(self.columns.forms, self.spec.columns, examples, strict=False))


def look_again(import_: Import) -> Look | None:
    """The file's first rows, read according to the proposal; None when it can no longer be read."""
    if not is_kept(import_):
        return None
    form = spec_of(import_).form
    said = Said(form.encoding, form.delimiter, has_header=form.header_lines > 0)
    try:
        return look_at(storage.path_of(import_.upload), said)
    except (Customer360Error, OSError):
        return None


def columns_left_out(import_: Import) -> list[str]:
    """Columns of the table that the file does not have."""
    if import_.table is None:
        return []
    given = {column.name for column in spec_of(import_).columns}
    return [column.name for column in import_.table.columns.filter(companion_of="") if column.name not in given]


def columns_too_many(import_: Import) -> list[str]:
    """Columns of the file that the table does not have."""
    if import_.table is None:
        return []
    known = set(import_.table.columns.values_list("name", flat=True))
    return [column.name for column in spec_of(import_).columns if column.name not in known]


def _proposed_target(import_: Import, spec: ImportSpec) -> dict[str, Any]:
    if import_.table_name:
        return _decided_before(import_, spec)
    meanings = {column.semantic: column.source for column in reversed(spec.columns) if column.semantic}
    key = meanings.get(Semantic.KEY) or meanings.get(Semantic.CUSTOMER_KEY)
    is_order = Semantic.ORDER_ID in meanings or Semantic.ORDER_TIME in meanings
    is_profile = key is not None and not is_order
    is_first_of_orders = is_order and not Table.objects.orders().exists()
    role = (
        Table.Role.CUSTOMER_PROFILES
        if is_profile
        else Table.Role.ORDERS
        if is_first_of_orders
        else Table.Role.OTHER
    )
    return {
        "table_name": _table_name(import_.file_name),
        "role": _role_of_few(spec) or role,
        "mode": Import.Mode.UPSERT if import_.table and import_.table.key_column else Import.Mode.REPLACE,
        "key": key if is_profile else "",
        "reject_limit": import_.reject_limit,
    }


def _decided_before(import_: Import, spec: ImportSpec) -> dict[str, Any]:
    """The earlier decisions, if this retries a failed import of the file."""
    sources = {column.name: column.source for column in spec.columns}
    return {
        "table_name": import_.table_name,
        "role": import_.role,
        "mode": import_.mode,
        "key": sources.get(import_.key_column, ""),
        "reject_limit": import_.reject_limit,
    }


def _role_of_few(spec: ImportSpec) -> Table.Role | None:
    """A file that only identifies customers is a list."""
    return Table.Role.LIST if all(column.semantic in NAMING for column in spec.columns) else None


def _table_name(file_name: str) -> str:
    """A name for the table, made from the file's."""
    stem = file_name.split(".", maxsplit=1)[0]
    words = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in stem).split()
    return "_".join(words).lstrip("_0123456789")[:100]


def _examples(look: Look | None, columns: int) -> list[list[str]]:
    if look is None:
        return [[] for _ in range(columns)]
    return [_first_different([row[at] for row in look.rows if at < len(row)]) for at in range(columns)]


def _first_different(values: Sequence[str | None]) -> list[str]:
    shown = dict.fromkeys(value.strip()[:LONGEST_EXAMPLE] for value in values if value and value.strip())
    return list(shown)[:EXAMPLES]
