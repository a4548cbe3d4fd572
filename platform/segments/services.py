"""Changes to segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from audit import services as audit
from runtime import clock
from segments.compiler import predicate
from segments.errors import SegmentChangedError, SegmentError
from segments.models import Segment, SegmentVersion
from segments.nesting import active_rules, present_moment
from segments.schema import current_schema

if TYPE_CHECKING:
    from accounts.models import User
    from segments.rules import Rules


@transaction.atomic
def create_segment(*, name: str, rules: Rules, actor: User | None, description: str = "") -> Segment:
    """A draft. Raises SegmentError when the name is taken."""
    if Segment.objects.filter(name__iexact=name).exists():
        raise SegmentError(f"There is a segment “{name}” already. Choose another name.")
    segment = Segment.objects.create(
        name=name, description=description, draft_rules=rules.model_dump(mode="json"), created_by=actor
    )
    audit.record(action="segment:created", subject=segment, actor=actor)
    return segment


@transaction.atomic
def save_draft(*, segment: Segment, rules: Rules, revision: int) -> Segment:
    """Keeps what was edited. Raises SegmentChangedError when it was edited from an older revision."""
    changed = Segment.objects.filter(pk=segment.pk, revision=revision).update(
        draft_rules=rules.model_dump(mode="json"), revision=revision + 1, updated_at=clock.now()
    )
    if not changed:
        raise SegmentChangedError("Somebody else has saved this segment since you opened it.")
    segment.refresh_from_db()
    return segment


@transaction.atomic
def activate_segment(*, segment: Segment, actor: User | None) -> SegmentVersion:
    """The draft becomes the version that campaigns use; the same rules again make no new version.

    Raises RulesError when a condition does not fit the data, and CircularSegmentError.
    """
    locked = Segment.objects.select_for_update(of=("self",)).select_related("active_version").get(pk=segment.pk)
    rules = locked.draft_rules
    _check(locked)
    version: SegmentVersion | None = locked.active_version
    if version is None or version.rules != rules:
        last = locked.versions.values_list("number", flat=True).first() or 0
        version = SegmentVersion.objects.create(segment=locked, number=last + 1, rules=rules, activated_by=actor)
    locked.status, locked.active_version = Segment.Status.ACTIVE, version
    locked.updated_at = clock.now()
    locked.save(update_fields=["status", "active_version", "updated_at"])
    audit.record(action="segment:activated", subject=locked, actor=actor, changes={"version": version.number})
    return version


def _check(segment: Segment) -> None:
    rules = SegmentVersion(rules=segment.draft_rules).parsed
    others = active_rules() | {segment.pk: rules}
    predicate(rules, current_schema(), present_moment(), segments=others)
