"""Editing a draft: every change is saved at once, and two people's changes are merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from audit import services as audit
from runtime import clock
from segments.editor.changes import identified
from segments.editor.merging import CollisionError, merged
from segments.errors import NothingToTakeBackError, SegmentChangedError, SegmentError
from segments.models import NAME_LENGTH, Segment, SegmentEdit
from tenants.names import claim_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from segments.editor.changes import Change
    from segments.rules import Rules

KEPT_EDITS = 200
"""How many changes to a segment can be undone or compared with; older ones are deleted."""

MOST_CONDITIONS = 300

A_SITTING = timedelta(minutes=30)
"""One person's changes that follow each other within this time are one event in the audit log."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A draft after a change: what its editor showed, and the changes that others had made since then."""

    segment: Segment
    shown: Rules
    others: tuple[SegmentEdit, ...] = ()


@transaction.atomic
def create_segment(*, name: str, rules: Rules, actor: User | None, description: str = "") -> Segment:
    """Creates a draft. Raises SegmentError when the name is taken or too long."""
    _refuse_unfit(name)
    segment = Segment.objects.create(
        name=name, description=description, draft_rules=_stored(rules), created_by=actor
    )
    audit.record(action="segment:created", subject=segment, actor=actor)
    return segment


@transaction.atomic
def describe_segment(*, segment: Segment, name: str, description: str, actor: User | None) -> None:
    """Raises SegmentError when another segment has the name, or when it is too long."""
    _refuse_unfit(name, but=segment)
    changes = {
        field: [getattr(segment, field), value]
        for field, value in (("name", name), ("description", description))
        if getattr(segment, field) != value
    }
    if not changes:
        return
    segment.name, segment.description, segment.updated_at = name, description, clock.now()
    segment.save(update_fields=["name", "description", "updated_at"])
    audit.record(action="segment:described", subject=segment, actor=actor, changes=changes)


@transaction.atomic
def edit_draft(*, segment: Segment, revision: int, change: Change, actor: User | None) -> Edited:
    """Makes a change whose author saw `revision`, and keeps the draft's earlier rules.

    What others have changed since then stays. Raises SegmentChangedError where both changed the same part, and
    whatever the change raises.
    """
    edited = _edit(segment, revision, change, actor)
    segment.edits.filter(redoable=True, revision__lt=edited.segment.revision).update(redoable=False)
    return edited


@transaction.atomic
def take_back(*, segment: Segment, revision: int, actor: User | None) -> Edited:
    """Undoes the draft's last change. Raises NothingToTakeBackError when that is someone else's."""
    last = segment.edits.select_for_update().filter(settled=False).last()
    if last is None or last.changed_by != actor:
        raise NothingToTakeBackError(
            "There is no change left to undo." if last is None else f"The last change is by {last.changed_by}."
        )
    edited = _edit(segment, revision, lambda _rules: last.parsed, actor)
    segment.edits.filter(pk=last.pk).update(settled=True)
    segment.edits.filter(revision=edited.segment.revision - 1).update(settled=True, redoable=True)
    return edited


@transaction.atomic
def make_again(*, segment: Segment, revision: int, actor: User | None) -> Edited:
    """Redoes the change that was undone last. Raises NothingToTakeBackError when there is none."""
    undone = segment.edits.select_for_update().filter(redoable=True).last()
    if undone is None or undone.changed_by != actor:
        raise NothingToTakeBackError("There is no change left to redo.")
    edited = _edit(segment, revision, lambda _rules: undone.parsed, actor)
    segment.edits.filter(pk=undone.pk).update(redoable=False)
    return edited


@transaction.atomic
def replace_unreadable_draft(*, segment: Segment, rules: Rules, actor: User | None) -> Segment:
    """Replaces a draft that can no longer be read with the rules. This can't be undone."""
    locked = _editable(segment)
    _save(locked, locked.draft_rules, rules, actor)
    locked.edits.update(settled=True, redoable=False)
    return locked


def _editable(segment: Segment) -> Segment:
    """Raises SegmentError when it is archived."""
    locked: Segment = (
        Segment.objects.select_for_update(of=("self",)).select_related("active_version").get(pk=segment.pk)
    )
    if locked.status == Segment.Status.ARCHIVED:
        raise SegmentError("This segment is archived. Restore it first.")
    return locked


def _edit(segment: Segment, revision: int, change: Change, actor: User | None) -> Edited:
    locked = _editable(segment)
    current = identified(locked.draft)
    since = list(locked.edits.filter(revision__gte=revision).select_related("changed_by"))
    shown = _shown_at(revision, locked, since, current)
    try:
        rules = change(current) if revision == locked.revision else merged(shown, current, change)
    except CollisionError:
        raise SegmentChangedError(shown, current, tuple(since)) from None
    if len(list(rules.conditions)) > MOST_CONDITIONS:
        raise SegmentError(
            f"A segment can have at most {MOST_CONDITIONS} conditions. Split it into several segments."
        )
    if rules != current:
        _save(locked, _stored(current), rules, actor)
    return Edited(locked, shown, tuple(edit for edit in since if edit.changed_by != actor))


def draft_at(*, segment: Segment, revision: int) -> Rules:
    """The draft's rules at the revision. Raises SegmentError when they are no longer kept."""
    since = list(segment.edits.filter(revision__gte=revision)[:1])
    return _shown_at(revision, segment, since, identified(segment.draft))


def _shown_at(revision: int, segment: Segment, since: list[SegmentEdit], current: Rules) -> Rules:
    if revision == segment.revision:
        return current
    if not since or since[0].revision != revision:
        raise SegmentError("This page is out of date. Reload it.")
    return identified(since[0].parsed)


def _save(segment: Segment, before: Mapping[str, object], rules: Rules, actor: User | None) -> None:
    if _begins_a_sitting(segment, actor):
        audit.record(action="segment:edited", subject=segment, actor=actor)
    SegmentEdit.objects.create(
        segment=segment, revision=segment.revision, rules=before, changed_by=actor, changed_at=clock.now()
    )
    segment.edits.filter(revision__lte=segment.revision - KEPT_EDITS).delete()
    segment.draft_rules, segment.revision, segment.updated_at = _stored(rules), segment.revision + 1, clock.now()
    segment.save(update_fields=["draft_rules", "revision", "updated_at"])


def _begins_a_sitting(segment: Segment, actor: User | None) -> bool:
    last: SegmentEdit | None = segment.edits.last()
    return (
        last is None
        or last.changed_by_id != (actor.pk if actor else None)
        or (clock.now() - last.changed_at > A_SITTING)
    )


def _stored(rules: Rules) -> dict[str, object]:
    return rules.model_dump(mode="json")


def _refuse_unfit(name: str, but: Segment | None = None) -> None:
    if len(name) > NAME_LENGTH:
        raise SegmentError(f"A segment's name has {NAME_LENGTH} characters at most. Choose a shorter one.")
    claim_names(Segment)
    others = Segment.objects.exclude(pk=but.pk) if but else Segment.objects.all()
    if others.filter(name__iexact=name).exists():
        raise SegmentError(f"There is a segment “{name}” already. Choose another name.")
