"""Activating, withdrawing, copying, archiving and deleting segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import ProtectedError

from audit import services as audit
from runtime import clock
from segments.compiler import predicate
from segments.editor.changes import nameless
from segments.errors import SegmentError, SegmentInUseError
from segments.models import Segment, SegmentVersion
from segments.nesting import active_rules, present_moment
from segments.personal import BARRED, asks_about_pii
from segments.schema import current_schema
from segments.services.drafts import create_segment, edit_draft, replace_unreadable_draft
from segments.usage import uses_of
from tenants.names import claim_names

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def activate_segment(
    *, segment: Segment, actor: User | None, revision: int | None = None, restricted_pii: bool = False
) -> SegmentVersion:
    """Makes the draft the version that campaigns use; unchanged rules make no new version.

    With `revision`, the draft must still be at it. `restricted_pii` is for an actor who may not see personal data.
    Raises RulesError when a condition does not fit the data, CircularSegmentError, and SegmentError when the draft
    was changed, the segment is archived, or the actor may not ask what it asks.
    """
    locked = _locked(segment)
    if revision is not None and locked.revision != revision:
        raise SegmentError("This segment was changed a moment ago. Look at the change, then activate it.")
    _refuse_archived(locked)
    _check(locked, restricted_pii=restricted_pii)
    version = _version_of(locked, actor)
    locked.status, locked.active_version = Segment.Status.ACTIVE, version
    _save(locked, "active_version")
    audit.record(action="segment:activated", subject=locked, actor=actor, changes={"version": version.number})
    return version


@transaction.atomic
def withdraw_segment(*, segment: Segment, actor: User | None) -> Segment:
    """Makes it a draft again, so that nothing may use it. Raises SegmentInUseError while something does."""
    locked = _locked(segment)
    _refuse_used(locked, "set back to draft")
    return _become(locked, Segment.Status.DRAFT, "segment:withdrawn", actor)


@transaction.atomic
def archive_segment(*, segment: Segment, actor: User | None) -> Segment:
    """Hides it from lists without deleting it. Raises SegmentInUseError while something uses it."""
    locked = _locked(segment)
    _refuse_used(locked, "archived")
    return _become(locked, Segment.Status.ARCHIVED, "segment:archived", actor)


@transaction.atomic
def unarchive_segment(*, segment: Segment, actor: User | None) -> Segment:
    """Makes it a draft again."""
    return _become(_locked(segment), Segment.Status.DRAFT, "segment:unarchived", actor)


@transaction.atomic
def delete_segment(*, segment: Segment, actor: User | None) -> None:
    """Deletes it with its versions. Raises SegmentInUseError while something uses it, or a send on record did."""
    locked = _locked(segment)
    _refuse_used(locked, "deleted")
    audit.record(action="segment:deleted", subject=locked, actor=actor)
    try:
        locked.delete()
    except ProtectedError as error:
        words = f"“{segment}” can't be deleted: what was sent by it stays on record. Archive it instead."
        raise SegmentInUseError(words) from error


@transaction.atomic
def copy_segment(*, segment: Segment, actor: User | None) -> Segment:
    """Creates a draft with the same rules, under a name of its own."""
    claim_names(Segment)
    names = set(Segment.objects.values_list("name", flat=True))
    rules = segment.draft
    name = _free_name(segment.name, {name.casefold() for name in names})
    return create_segment(name=name, description=segment.description, rules=rules, actor=actor)


@transaction.atomic
def restore_version(*, segment: Segment, number: int, actor: User | None) -> Segment:
    """Makes this version's rules the draft; the active version stays until the draft is activated.

    Raises UnreadableRulesError when the version can no longer be read; the draft need not be readable.
    """
    rules = SegmentVersion.objects.get(segment=segment, number=number).parsed
    if segment.has_readable_draft:
        restored = edit_draft(
            segment=segment, revision=segment.revision, change=lambda _rules: rules, actor=actor
        ).segment
    else:
        restored = replace_unreadable_draft(segment=segment, rules=rules, actor=actor)
    audit.record(action="segment:restored", subject=segment, actor=actor, changes={"version": number})
    return restored


def _locked(segment: Segment) -> Segment:
    locked: Segment = (
        Segment.objects.select_for_update(of=("self",)).select_related("active_version").get(pk=segment.pk)
    )
    return locked


def _version_of(segment: Segment, actor: User | None) -> SegmentVersion:
    """The active version if it has the draft's rules, else a new one."""
    active: SegmentVersion | None = segment.active_version
    draft = segment.draft
    if active is not None and nameless(active.parsed) == nameless(draft):
        return active
    last = segment.versions.values_list("number", flat=True).first() or 0
    return SegmentVersion.objects.create(
        segment=segment, number=last + 1, rules=segment.draft_rules, activated_by=actor
    )


def _check(segment: Segment, *, restricted_pii: bool) -> None:
    rules, schema = segment.draft, current_schema()
    others = active_rules() | {segment.pk: rules}
    if restricted_pii and asks_about_pii(rules.conditions, schema, others):
        raise SegmentError(f"{BARRED} Someone without it can activate this segment.")
    predicate(rules, schema, present_moment(), segments=others)


def _become(segment: Segment, status: Segment.Status, action: str, actor: User | None) -> Segment:
    segment.status = status
    _save(segment)
    audit.record(action=action, subject=segment, actor=actor)
    return segment


def _save(segment: Segment, *fields: str) -> None:
    segment.updated_at = clock.now()
    segment.save(update_fields=["status", "updated_at", *fields])


def _refuse_archived(segment: Segment) -> None:
    if segment.status == Segment.Status.ARCHIVED:
        raise SegmentError("This segment is archived. Restore it first.")


def _refuse_used(segment: Segment, verb: str) -> None:
    count = len(uses_of(segment))
    if count:
        places = "one place" if count == 1 else f"{count} places"
        raise SegmentInUseError(f"“{segment}” can't be {verb}: it is used in {places}. Remove it there first.")


def _free_name(name: str, taken: set[str]) -> str:
    copy = f"Copy of {name}"[:110]
    tries = [copy, *(f"{copy} {number}" for number in range(2, len(taken) + 3))]
    return next(each for each in tries if each.casefold() not in taken)
