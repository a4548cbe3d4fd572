"""Files with all customers of a segment: requested on a page, written by a worker, kept for some days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audit.services import record
from customer360 import storage
from customer360.engine import Limits
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from customer360.runs.working import Runner
from segments.errors import SegmentError
from segments.files.models import CustomerFile
from segments.insights.customers import all_customers
from segments.insights.question import Question
from segments.stored import read

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from segments.models import Segment

LIMITS = Limits(memory_mib=1024, threads=2, seconds=1_800, spill_mib=32_768)
FILES = Runner(
    CustomerFile,
    name="customer-file",
    seconds=LIMITS.seconds,
    too_slow="The file took longer than half an hour and was stopped. Ask for fewer customers.",
    too_large="The file needs more memory than it may use. Ask for fewer customers, or simpler conditions.",
    lost="The worker that wrote this file went away. Ask for it again.",
    faults=(SegmentError, Customer360Error, EngineError),
)


@transaction.atomic
def ask_for_file(*, segment: Segment, actor: User, restricted_pii: bool) -> CustomerFile:
    """Creates a file for a worker to write; cancels the one that the same person still waits for."""
    from segments.tasks import write_customer_file

    for earlier in CustomerFile.objects.open().of(actor):
        FILES.cancel(earlier)
    file: CustomerFile = CustomerFile.objects.create(
        segment=segment,
        rules=segment.rules.model_dump(mode="json"),
        started_by=actor,
        restricted_pii=restricted_pii,
    )
    write_customer_file.enqueue(file_id=file.pk)
    return file


def write_file(*, file_id: int) -> None:
    """Writes the file; safe to run again when the first worker was killed."""
    FILES.work_off(file_id, _write)


@transaction.atomic
def note_download(*, file: CustomerFile, actor: User) -> None:
    """Records in the audit log who downloads customers, and how many."""
    record(action="segment:downloaded", subject=file.segment, actor=actor, changes={"customers": file.row_count})


def remove_old_files(before: datetime) -> None:
    """Removes the files that were requested before this time."""
    old = CustomerFile.objects.filter(created_at__lt=before)
    for name in old.exclude(result="").values_list("result", flat=True):
        storage.path_of(name).unlink(missing_ok=True)
    old.delete()


def _write(file: CustomerFile) -> None:
    question = Question.about(read(file.rules))
    FILES.pin(file, question.versions)
    query, pii = all_customers(question, redact=file.restricted_pii)
    path = storage.new_result()
    with FILES.session(file, LIMITS) as session:
        rows = session.write(query, path, pii=pii)
    FILES.complete(file, path, row_count=rows)
