"""Edits of a campaign: saved with every change until they are applied or discarded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.editor import finishing
from campaigns.editor.changed import Changed, Show
from campaigns.editor.changes import CHANGES
from campaigns.editor.choices import choices_for
from campaigns.editor.errors import ChangedMeanwhileError, ChangeRefusedError
from campaigns.editor.log import EVERYTHING, KEPT, LOG, MOST_TAKEN_BACK, Logged
from campaigns.editor.opening import content_of
from campaigns.errors import CampaignDraftError
from campaigns.models import Campaign, CampaignEdit, EditStep
from campaigns.services.editing import edit_campaign
from campaigns.services.moving import locked
from campaigns.states import Command
from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.access import Access
    from accounts.models import User
    from campaigns.editor.content import Content
    from campaigns.editor.posted import Posted


@dataclass(frozen=True, slots=True)
class Seen:
    """The page that a change comes from, and the revision that it shows.

    `is_sure`: the change overrides what someone else has changed in the same place meanwhile.
    """

    page: str
    revision: int
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A change that was saved; `is_behind` are others' changes elsewhere, which the page does not show yet.

    `step` can be undone next.
    """

    edit: CampaignEdit
    changed: Changed
    is_behind: tuple[Logged, ...]
    step: EditStep | None


def open_content(campaign: Campaign) -> tuple[Content, int]:
    """What the editor shows, and its revision."""
    edit, content = _opened(campaign)
    return content, edit.revision


def row_of(campaign: Campaign, part_id: int) -> int:
    """The saved id of a sub-audience that had this id while it was new; other ids stay as they are."""
    edit = CampaignEdit.objects.filter(campaign=campaign).only("placed").first()
    return edit.placed.get(str(part_id), part_id) if edit else part_id


def change_edit(
    *,
    campaign: Campaign,
    change: str,
    posted: Callable[[Content], Posted],
    seen: Seen,
    actor: User,
) -> Kept:
    """Makes and saves the change of this name. Raises as `make_change`; ChangeRefusedError for an unknown name."""

    def make(content: Content) -> Changed:
        if change not in CHANGES:
            raise ChangeRefusedError("Muster does not know this change. Reload the page.")
        return CHANGES[change].make(content, posted(content))

    return make_change(campaign=campaign, make=make, seen=seen, actor=actor)


@transaction.atomic
def make_change(*, campaign: Campaign, make: Callable[[Content], Changed], seen: Seen, actor: User) -> Kept:
    """Makes and saves one change.

    Raises CampaignStateError, ChangeRefusedError when it can't be made, and ChangedMeanwhileError when a person
    has to decide whose change wins: then nothing is saved.
    """
    locked(campaign, Command.EDIT)
    edit, content = _opened(campaign)
    changed = make(content)
    missed = _missed(edit, seen)
    disputed = [each for each in missed if each.touches(changed.place) or _is_forgotten(edit, seen)]
    if disputed and not seen.is_sure:
        raise ChangedMeanwhileError(disputed, changed.words)
    before, edit.content = edit.content, changed.content
    _log(edit, page=seen.page, actor=actor, place=changed.place, words=changed.words)
    return Kept(edit, changed, missed, _keep_step(edit, before, changed, actor))


def last_step(campaign: Campaign, person: User) -> EditStep | None:
    """The last change, if this person made it and can undo it."""
    step = EditStep.objects.filter(edit__campaign=campaign).defer("content").last()
    return step if step and step.person_id == person.pk else None


@transaction.atomic
def take_back(*, campaign: Campaign, seen: Seen, actor: User, place: str = "") -> Kept:
    """Undoes the last change; with a `place`, only if it was made there.

    Raises CampaignStateError, and ChangeRefusedError where the last change is someone else's.
    """
    locked(campaign, Command.EDIT)
    step = last_step(campaign, actor)
    if step is None or (place and step.place != place):
        raise ChangeRefusedError("You have no change left to undo here.")
    edit, _ = _opened(campaign)
    missed = _missed(edit, seen)
    edit.content = step.content
    _log(edit, page=seen.page, actor=actor, place=step.place, words=f"Undone: {step.words}")
    step.delete()
    content = _content_of(edit)
    undone = Changed(content, step.place, step.words, Show.ALL)
    return Kept(edit, undone, missed, last_step(campaign, actor))


def require_seen(campaign: Campaign, seen: Seen) -> None:
    """Raises ChangedMeanwhileError while others have made changes that the page does not show yet."""
    missed = _missed(_opened(campaign)[0], seen)
    if missed:
        raise ChangedMeanwhileError(missed, "")


@transaction.atomic
def apply_edit(
    *, campaign: Campaign, access: Access, actor: User, seen: Seen, expected: int | None = None
) -> Campaign:
    """Applies all edits to the campaign. `expected` is how many customers were counted for it.

    Raises CampaignStateError, CampaignDraftError with everything that is wrong, CampaignUnsureError unless the
    person is sure, and ChangedMeanwhileError as `require_seen`: nobody saves or confirms what they have not seen.
    """
    current = locked(campaign, Command.EDIT)
    require_seen(current, seen)
    edit, content = _opened(current)
    choices = choices_for(access, content)
    problems = finishing.problems(content, choices)
    if problems:
        raise CampaignDraftError(problems)
    saved = edit_campaign(
        campaign=current,
        draft=finishing.draft_of(content, choices),
        revision=current.revision,
        actor=actor,
        is_sure=seen.is_sure,
    )
    saved.expected_audience = expected
    saved.save(update_fields=["expected_audience"])
    edit.placed |= _placed(content, saved)
    _settle(edit, actor, "Saved the campaign")
    return saved


@transaction.atomic
def discard_edit(*, campaign: Campaign, actor: User) -> None:
    """Discards all edits, back to the campaign as it was last saved."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    edit = CampaignEdit.objects.filter(campaign=campaign, content__isnull=False).first()
    if edit:
        _settle(edit, actor, "Discarded the changes")


def _opened(campaign: Campaign) -> tuple[CampaignEdit, Content]:
    edit = CampaignEdit.objects.filter(campaign=campaign).first() or CampaignEdit(campaign=campaign)
    return edit, _content_of(edit)


def _is_forgotten(edit: CampaignEdit, seen: Seen) -> bool:
    """Whether the page is so far behind that the log no longer has all that it missed."""
    return seen.revision < edit.entries[0].revision - 1


def _missed(edit: CampaignEdit, seen: Seen) -> tuple[Logged, ...]:
    """What other pages have changed since."""
    return tuple(each for each in edit.entries if each.revision > seen.revision and each.page != seen.page)


def _settle(edit: CampaignEdit, actor: User, words: str) -> None:
    """Ends the edits; none of them can be undone."""
    edit.content = None
    _log(edit, page="", actor=actor, place=EVERYTHING, words=words)
    edit.steps.all().delete()


def _keep_step(edit: CampaignEdit, before: Content | None, changed: Changed, actor: User) -> EditStep:
    if not edit.revision % MOST_TAKEN_BACK:
        old = edit.steps.order_by("-pk").values("pk")[MOST_TAKEN_BACK:]
        EditStep.objects.filter(pk__in=old).delete()
    return EditStep.objects.create(
        edit=edit, person=actor, place=changed.place, words=changed.words, content=before
    )


def _content_of(edit: CampaignEdit) -> Content:
    content: Content | None = edit.content
    return content or content_of(edit.campaign).having(spent=edit.spent)


def _placed(content: Content, saved: Campaign) -> dict[str, int]:
    """The saved ids of sub-audiences by the ids they had while they were new."""
    rows = saved.sub_audiences.order_by("position").values_list("pk", flat=True)
    return {str(part.id): row for part, row in zip(content.parts, rows, strict=True) if part.id != row}


def _log(edit: CampaignEdit, *, page: str, actor: User, place: str, words: str) -> None:
    edit.revision += 1
    edit.changed_at = clock.now()
    entry = Logged(
        revision=edit.revision, page=page, person=str(actor), place=place, words=words, at=edit.changed_at
    )
    edit.log = LOG.dump_python((*edit.entries, entry)[-KEPT:], mode="json")
    edit.save()
