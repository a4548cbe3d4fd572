"""What the condition editor edits: rules, wherever they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from django.urls import reverse

from segments import services
from segments.editor import changes
from segments.editor.changes import identified
from segments.editor.merging import facts
from segments.errors import PartGoneError, SegmentError
from segments.models import Segment

if TYPE_CHECKING:
    from accounts.models import User
    from segments.editor.changes import Change
    from segments.models import SegmentEdit
    from segments.rules import Rules


@dataclass(frozen=True, slots=True)
class Routes:
    """Addresses of an editor, all below that of its `page`."""

    page: str

    @property
    def choices(self) -> str:
        return f"{self.page}choices/"

    @property
    def conditions(self) -> str:
        """A condition's own address is its id below this one."""
        return f"{self.page}conditions/"

    @property
    def arrange(self) -> str:
        return f"{self.page}arrange/"

    @property
    def values(self) -> str:
        return f"{self.page}values/"

    @property
    def count(self) -> str:
        return f"{self.page}count/"

    @property
    def undo(self) -> str:
        return f"{self.page}undo/"

    @property
    def sql(self) -> str:
        return f"{self.page}sql/"


class Document(Protocol):
    """Rules that people edit, every piece with an id, and how a change to them is saved."""

    @property
    def rules(self) -> Rules: ...

    @property
    def revision(self) -> int: ...

    @property
    def routes(self) -> Routes: ...

    @property
    def segment(self) -> Segment | None:
        """The segment whose draft this is; None when the rules belong to something else."""

    def save(self, change: Change, *, seen: int, actor: User) -> Saved:
        """Makes and keeps a change whose author saw the revision `seen`.

        Raises SegmentChangedError or MovedOnError where someone else was first, and whatever the change raises.
        """

    def may_undo(self, person: User) -> bool:
        """Whether the last change is this person's own."""

    def take_back(self, *, seen: int, actor: User) -> Saved:
        """Undoes the last change. Raises SegmentError when that is not the actor's own."""

    def at(self, revision: int) -> Rules | None:
        """The rules at the revision; None where that is not known."""

    def anew(self) -> Document:
        """The same document in its present state, read again."""

    def earlier_with(self, condition: str) -> Rules:
        """The latest known rules that had the condition. Raises PartGoneError when there are none."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A document after a change: what its page showed (None: not known), and what others have changed since."""

    document: Document
    shown: Rules | None
    others: tuple[SegmentEdit, ...] = ()


@dataclass(frozen=True)
class SegmentDraft:
    """The draft of a segment."""

    segment: Segment

    @cached_property
    def rules(self) -> Rules:
        return identified(self.segment.draft)

    @property
    def revision(self) -> int:
        return self.segment.revision

    @cached_property
    def routes(self) -> Routes:
        return Routes(reverse("edit_segment", args=[self.segment.pk]))

    def save(self, change: Change, *, seen: int, actor: User) -> Saved:
        edited = services.edit_draft(segment=self.segment, revision=seen, change=change, actor=actor)
        return Saved(SegmentDraft(edited.segment), edited.shown, edited.others)

    def may_undo(self, person: User) -> bool:
        last = self.segment.edits.filter(settled=False).last()
        return last is not None and last.changed_by_id == person.pk

    def take_back(self, *, seen: int, actor: User) -> Saved:
        edited = services.take_back(segment=self.segment, revision=seen, actor=actor)
        return Saved(SegmentDraft(edited.segment), edited.shown, edited.others)

    def may_redo(self, person: User) -> bool:
        """Whether the person has undone a change of their own, and nothing has changed since."""
        undone = self.segment.edits.filter(redoable=True).last()
        return undone is not None and undone.changed_by_id == person.pk

    def make_again(self, *, seen: int, actor: User) -> Saved:
        edited = services.make_again(segment=self.segment, revision=seen, actor=actor)
        return Saved(SegmentDraft(edited.segment), edited.shown, edited.others)

    def at(self, revision: int) -> Rules | None:
        try:
            return services.draft_at(segment=self.segment, revision=revision)
        except SegmentError:
            return None

    def anew(self) -> SegmentDraft:
        return SegmentDraft(Segment.objects.select_related("active_version").get(pk=self.segment.pk))

    def earlier_with(self, condition: str) -> Rules:
        edits = (identified(edit.parsed) for edit in self.segment.edits.order_by("-revision"))
        found = next((rules for rules in edits if condition in facts(rules)), None)
        if found is None:
            raise PartGoneError(changes.GONE)
        return found
