"""Lists of customers that people upload, to use them as an audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from customer360 import tasks
from customer360.errors import ImportFileError
from customer360.imports import reports
from customer360.imports.proposing import propose_import
from customer360.imports.services import start_import
from customer360.imports.spec import spec_of
from customer360.models import Import, Table
from customer360.semantics import NAMING, Semantic
from segments import services
from segments.models import Segment
from segments.rules import Group, ListCondition, Rules, Section
from segments.schema import current_schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from accounts.models import User
    from customer360.imports.spec import ImportSpec


MOST_REJECTS = 10_000
FAULTS_TOLD = 3


@dataclass(frozen=True, slots=True)
class UploadedList:
    """A list, with the last import into it and the segment that is nothing but the list."""

    name: str
    table: Table | None
    last_import: Import | None
    segment: Segment | None
    faults: tuple[tuple[int, str], ...] = ()
    """The first rows that were left out of it, if it was the last to change: lines and reasons, in words."""


def uploaded_lists() -> list[UploadedList]:
    """Lists with data or an import, by name."""
    tables = {table.name: table for table in Table.objects.lists().select_related("current_version")}
    latest = {
        each.table_name: each
        for each in Import.objects.filter(role=Table.Role.LIST)
        .exclude(status=Import.Status.PROPOSED)
        .order_by("created_at")
    }
    segments = {_only_list(segment): segment for segment in Segment.objects.all()}
    faults = _faults_of_last(latest.values())
    names = sorted({*tables, *latest}, key=str.casefold)
    return [
        UploadedList(name, tables.get(name), latest.get(name), segments.get(name), faults.get(name, ()))
        for name in names
    ]


def _faults_of_last(imports: Iterable[Import]) -> dict[str, tuple[tuple[int, str], ...]]:
    """The faults of the import that began last, by its list; only its report is opened, and only once it ended."""
    last = max(imports, key=lambda each: each.created_at, default=None)
    path = reports.report_path(last) if last and not last.is_under_way else None
    if last is None or path is None:
        return {}
    told = reports.rejects(path, most=FAULTS_TOLD)
    return {last.table_name: tuple((reject.line, reports.in_words(reject)) for reject in told)}


def upload_list(*, source: Path, file_name: str, name: str, actor: User, restricted_pii: bool = False) -> Import:
    """Imports the file as the list of this name, or in its place; only columns that name customers are read.

    `restricted_pii` is for an actor who may not see personal data. Raises ImportFileError when nothing in it names
    customers, and the other errors of imports.
    """
    table = Table.objects.filter(name__iexact=name).first()
    if table is not None and table.role != Table.Role.LIST:
        raise ImportFileError(f"There is a table “{table}” that is no list. Choose another name.")
    with transaction.atomic():
        proposed = propose_import(source=source, file_name=file_name, table=table, started_by=actor)
        spec = _naming(spec_of(proposed))
        started = start_import(
            import_=proposed,
            spec=spec,
            mode=Import.Mode.REPLACE,
            table=table,
            table_name=name,
            role=Table.Role.LIST,
            reject_limit=MOST_REJECTS,
            actor=actor,
            restricted_pii=restricted_pii,
        )
        tasks.run_import.enqueue(import_id=started.pk)
    return started


@transaction.atomic
def use_as_audience(*, table: Table, actor: User, restricted_pii: bool = False) -> Segment:
    """The active segment of exactly the customers in the list. Raises SegmentError.

    `restricted_pii` is for an actor who may not see personal data.
    """
    existing = next((each for each in Segment.objects.all() if _only_list(each) == table.name), None)
    segment = existing or services.create_segment(name=table.name, rules=_rules(table.name), actor=actor)
    services.activate_segment(segment=segment, actor=actor, restricted_pii=restricted_pii)
    return segment


def _naming(spec: ImportSpec) -> ImportSpec:
    """Only the columns that name customers; one with the name of the profiles' key is taken as that key."""
    profiles = current_schema().profiles
    meaning = {"semantic": Semantic.CUSTOMER_KEY} | ({"is_pii": True} if profiles.key_is_pii else {})
    meant = spec.with_columns(
        column.model_copy(update=meaning) if column.name.casefold() == profiles.key.casefold() else column
        for column in spec.columns
    )
    if not any(column.semantic in NAMING for column in meant.columns):
        raise ImportFileError(
            "No column of e-mail addresses or customer keys was found in the file. Name one “email”, or give "
            "it the name of your customers' key."
        )
    return meant.with_columns(
        column.model_copy(update={"is_imported": column.semantic in NAMING}) for column in meant.columns
    )


def _rules(name: str) -> Rules:
    return Rules(include=Group(sections=(Section(conditions=(ListCondition(table=name),)),)))


def _only_list(segment: Segment) -> str:
    """The list, if the segment is nothing but a list; otherwise empty."""
    rules = segment.rules_if_readable
    conditions = list(rules.conditions)
    match conditions:
        case [ListCondition(table=table, member=True)] if list(rules.include.conditions) == conditions:
            return table
        case _:
            return ""
