from __future__ import annotations

from typing import TYPE_CHECKING

from customer360 import storage
from customer360.imports.proposing import propose_import
from customer360.imports.rejects import MISSING_KEY, Reject, write_report
from customer360.models import Import
from tests.access.making import CANARY, made_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cast import Cast

PEOPLE = f"id,email\n1,{CANARY}-ana@example.com\n2,{CANARY}-bo@example.com\n"


@made_for("imports/<int:import_id>/")
def proposed(cast: Cast) -> Import:
    """To be confirmed: its page shows the first rows."""
    return Import.objects.filter(status=Import.Status.PROPOSED).first() or propose_import(
        source=_uploaded(), file_name="people.csv"
    )


@made_for("imports/<int:import_id>/rejects.csv")
def ended(cast: Cast) -> Import:
    """With a report of a row that was left out."""
    made = Import.objects.exclude(rejects="").first() or propose_import(source=_uploaded(), file_name="more.csv")
    report = storage.import_folder(made.pk) / "rejects.parquet"
    write_report([Reject(2, "id", MISSING_KEY)], report)
    made.status, made.rejects = Import.Status.COMPLETED, storage.name_of(report)
    made.save()
    return made


def _uploaded() -> Path:
    path = storage.new_upload("people.csv")
    path.write_text(PEOPLE, encoding="utf-8")
    return path
