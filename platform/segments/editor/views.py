from __future__ import annotations

import json
import re
import secrets
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import require_action
from customer360.engine.errors import EngineError, EngineInterruptedError
from customer360.errors import Customer360Error
from segments import counting, services
from segments.compiler import PARTS
from segments.differences import differences
from segments.editor import changes
from segments.editor.answers import changed_between
from segments.editor.changes import identified
from segments.editor.checking import without
from segments.editor.desk import Desk
from segments.editor.guard import guarded
from segments.editor.merging import facts
from segments.editor.picklists import picklist
from segments.editor.posted import change_of
from segments.errors import PartGoneError, SegmentChangedError, SegmentError
from segments.insights import members_query
from segments.models import Segment
from segments.nesting import asks_about_pii
from segments.rules import Join, Section

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.typing import TenantRequest
    from segments.editor.answers import Changed
    from segments.editor.changes import Change
    from segments.rules import Condition, Rules
    from segments.services.drafts import Edited

KEYS = frozenset({"page", "revision", "again", "csrfmiddlewaretoken"})
"""What every form of the editor sends beside the change itself."""


@require_safe
@require_action("segment:edit")
def editor(request: TenantRequest, segment_id: int) -> HttpResponse:
    desk = _desk(request, segment_id)
    if desk.segment.status == Segment.Status.ARCHIVED:
        return redirect(desk.segment)
    context = {"desk": desk, "segment": desk.segment, "page": secrets.token_hex(8)}
    return render(request, "segments/editor/page.html", context)


@require_safe
@require_action("segment:edit")
def choices(request: TenantRequest, segment_id: int) -> HttpResponse:
    """All that can be asked about, for the section or part named by `into`."""
    context = {"desk": _desk(request, segment_id), "into": request.GET.get("into", "")}
    return render(request, "segments/editor/choices.html", context)


@require_POST
@require_action("segment:edit")
def add(request: TenantRequest, segment_id: int) -> HttpResponse:
    """A new condition in the section named by `into`, or in a new section of that part."""
    desk = _desk(request, segment_id)
    try:
        condition = desk.catalogue.condition(request.POST.get("what", ""))
    except (SegmentError, Customer360Error) as error:
        return _refused(str(error))
    return _changed(desk, _adding(request.POST.get("into", ""), condition), focus=f"c-{condition.id}")


@require_POST
@require_action("segment:edit")
def change(request: TenantRequest, segment_id: int, condition_id: str) -> HttpResponse:
    """A condition as its form says it now."""
    desk = _desk(request, segment_id)

    def made(rules: Rules) -> Rules:
        if "again" in request.POST and condition_id not in facts(rules):
            rules = changes.bring_back(rules, condition_id, _last_with(desk.segment, condition_id))
        found = next((each for each in rules.conditions if each.id == condition_id), None)
        if found is None:
            raise PartGoneError(changes.GONE)
        return changes.change_condition(rules, change_of(found, request.POST, desk.schema))

    return _changed(desk, made, typed="" if "again" in request.POST else condition_id)


@require_POST
@require_action("segment:edit")
def arrange(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Moves, copies, removes a piece, or says how its parts are joined."""
    desk = _desk(request, segment_id)
    piece = request.POST.get("piece", "")
    arrangements: dict[str, Change] = {
        "up": partial(changes.move, piece=piece, step=-1),
        "down": partial(changes.move, piece=piece, step=1),
        "duplicate": partial(changes.duplicate, piece=piece),
        "remove": partial(changes.remove, piece=piece),
        "all": partial(changes.join, place=piece, how=Join.ALL),
        "any": partial(changes.join, place=piece, how=Join.ANY),
    }
    wanted = arrangements.get(request.POST.get("how", ""))
    if wanted is None:
        return HttpResponse(status=400)
    return _changed(desk, wanted, focus="" if request.POST["how"] == "remove" else request.POST.get("focus", ""))


@require_POST
@require_action("segment:edit")
def undo(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Takes back one's last change."""
    desk = _desk(request, segment_id)
    if desk.unreadable:
        return _refused(desk.unreadable)
    try:
        edited = services.take_back(segment=desk.segment, revision=_revision(request), actor=request.user)
    except SegmentError as error:
        return _refused(str(error))
    return _answer(desk, edited)


@require_safe
@require_action("segment:edit")
def pulse(request: TenantRequest, segment_id: int) -> HttpResponse:
    """Whether somebody else has changed the draft that an open page shows: nothing while nobody has."""
    desk = _desk(request, segment_id)
    others = desk.segment.edits.filter(revision__gte=_revision(request)).exclude(changed_by=request.user)
    if desk.unreadable or not others.exists():
        return HttpResponse(status=204)
    context = {"desk": desk, "segment": desk.segment, "changed": others.select_related("changed_by")}
    return render(request, "segments/editor/changed.html", context)


@require_safe
@require_action("segment:view")
def live_count(request: TenantRequest, segment_id: int) -> HttpResponse:
    """How many customers the draft finds, without what is not finished; nothing once something newer was asked."""
    desk = _desk(request, segment_id)
    try:
        unfinished = desk.problems
        counted = counting.count(without(desk.rules, unfinished), _page(request, segment_id))
    except EngineInterruptedError:
        return HttpResponse(status=204)
    except (SegmentError, Customer360Error, EngineError) as error:
        return render(request, "segments/editor/count.html", {"desk": desk, "problem": str(error)})
    context = {"desk": desk, "counted": counted, "unfinished": unfinished}
    return render(request, "segments/editor/count.html", context)


@require_safe
@require_action("segment:edit")
def draft_sql(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The SELECT of the draft, without what is not finished; hidden where it would show personal data."""
    desk = _desk(request, segment_id)
    if desk.unreadable:
        return render(request, "segments/editor/sql.html", {"problem": desk.unreadable})
    finished = without(desk.rules, desk.problems)
    if desk.restricted and asks_about_pii(finished, desk.schema, desk.others):
        return render(request, "segments/editor/sql.html", {"redacted": True})
    query = members_query(finished, desk.schema, desk.moment, desk.others)
    return render(request, "segments/editor/sql.html", {"sql": query.sql(dialect="duckdb", pretty=True)})


@require_safe
@require_action("segment:edit")
def values(request: TenantRequest, segment_id: int) -> HttpResponse:
    """The values that a column has, with how often, as far as this person may see them."""
    desk = _desk(request, segment_id)
    table, column = request.GET.get("table", ""), request.GET.get("column", "")
    found = picklist(table, column, request.GET.get("q", ""), restricted=desk.restricted)
    return render(request, "segments/editor/values.html", {"picklist": found})


def _desk(request: TenantRequest, segment_id: int) -> Desk:
    return Desk(request, get_object_or_404(Segment.objects.select_related("active_version"), pk=segment_id))


def _adding(into: str, condition: Condition) -> Change:
    if into in PARTS:
        section = Section(id=changes.new_id(), conditions=(condition,))
        return partial(changes.add_section, part=into, section=section)
    return partial(changes.add_condition, section=into, condition=condition)


def _changed(desk: Desk, change: Change, *, typed: str = "", focus: str = "") -> HttpResponse:
    """Saves the change and answers with the parts of the page that are different now."""
    if desk.unreadable:
        return _refused(desk.unreadable)
    wanted = guarded(change, desk.schema) if desk.restricted else change
    try:
        edited = services.edit_draft(
            segment=desk.segment, revision=_revision(desk.request), change=wanted, actor=desk.request.user
        )
    except SegmentChangedError as error:
        return _disputed(desk, wanted, error)
    except SegmentError as error:
        return _refused(str(error))
    return _answer(desk, edited, typed=typed, focus=focus)


def _answer(before: Desk, edited: Edited, *, typed: str = "", focus: str = "") -> HttpResponse:
    counting.give_up(_page(before.request, edited.segment.pk))
    desk = before.of(edited.segment)
    context = _rendered(desk, changed_between(edited.shown, desk.rules, typed=typed)) | {
        "typed": desk.shown.conditions.get(typed),
        "others": edited.others,
    }
    response = render(desk.request, "segments/editor/answer.html", context)
    if focus:
        response["HX-Trigger-After-Settle"] = json.dumps({"segment:focus": {"id": focus}})
    return response


def _rendered(desk: Desk, again: Changed) -> dict[str, object]:
    return {
        "desk": desk,
        "segment": desk.segment,
        "parts": [desk.shown.parts[part] for part in PARTS if part in again.parts],
        "sections": [desk.shown.sections[section] for section in again.sections],
        "conditions": [desk.shown.conditions[condition] for condition in again.conditions],
    }


def _disputed(desk: Desk, change: Change, error: SegmentChangedError) -> HttpResponse:
    """The page shows what the other has made of it; both changes are said, and one's own can be made again."""
    now = desk.of(_desk(desk.request, desk.segment.pk).segment)
    mine = change(error.shown)
    context = _rendered(now, changed_between(error.shown, now.rules)) | {
        "dispute": error,
        "theirs": differences(error.shown, error.current, now.speaker),
        "mine": differences(error.shown, mine, now.speaker),
        "posted": [
            (name, value) for name, values in desk.request.POST.lists() for value in values if name not in KEYS
        ],
    }
    return render(desk.request, "segments/editor/answer.html", context)


def _refused(message: str) -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"toast": {"text": message, "tone": "bad"}})
    return response


def _revision(request: TenantRequest) -> int:
    text = _sent(request).get("revision", "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def _last_with(segment: Segment, condition_id: str) -> Rules:
    """The latest state of the draft that had the condition."""
    edits = (identified(edit.parsed) for edit in segment.edits.order_by("-revision"))
    found = next((rules for rules in edits if condition_id in facts(rules)), None)
    if found is None:
        raise PartGoneError(changes.GONE)
    return found


def _page(request: TenantRequest, segment_id: int) -> str:
    """What tells this open page of the editor from others, so that its counts end only its own."""
    token = _sent(request).get("page", "")
    return f"editor:{segment_id}:{request.user.pk}:{token[:32]}"


def _sent(request: TenantRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET
