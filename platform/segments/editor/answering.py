"""The responses of the condition editor, whatever document it edits."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render

from customer360.engine.errors import EngineError, EngineInterruptedError
from customer360.errors import Customer360Error
from segments import counting
from segments.compiler import PARTS
from segments.differences import differences
from segments.editor import changes
from segments.editor.answers import Changed, changed_between
from segments.editor.guard import guarded
from segments.editor.merging import facts
from segments.editor.picklists import Picklist, picklist
from segments.editor.posted import change_of
from segments.errors import MovedOnError, PartGoneError, SegmentChangedError, SegmentError
from segments.rules import Join, Section
from segments.viewing import view_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import QueryDict

    from accounts.typing import TenantRequest
    from segments.editor.changes import Change
    from segments.editor.desk import Desk
    from segments.editor.document import Saved
    from segments.rules import Condition, Rules

KEYS = frozenset({"page", "revision", "shown", "again", "csrfmiddlewaretoken"})
"""Fields that every form of the editor sends besides the change itself."""

EVERYTHING = Changed(frozenset(PARTS), frozenset(), frozenset())


def choices(desk: Desk) -> HttpResponse:
    """Everything that conditions can ask about."""
    return render(desk.request, "segments/editor/choices.html", {"desk": desk})


def add(desk: Desk) -> HttpResponse:
    """Adds a condition to the section named by `into`, or to a new section of that part."""
    posted = desk.request.POST
    try:
        condition = desk.catalogue.condition(posted.get("what", ""))
    except (SegmentError, Customer360Error) as error:
        return refused(str(error))
    return _changed(desk, _adding(posted.get("into", ""), condition), focus=f"c-{condition.id}")


def change(desk: Desk, condition_id: str) -> HttpResponse:
    """Saves a condition as its form now says it."""
    posted = desk.request.POST

    def made(rules: Rules) -> Rules:
        if "again" in posted and condition_id not in facts(rules):
            rules = changes.bring_back(rules, condition_id, desk.document.earlier_with(condition_id))
        found = next((each for each in rules.conditions if each.id == condition_id), None)
        if found is None:
            raise PartGoneError(changes.GONE)
        return changes.change_condition(rules, change_of(found, posted, desk.schema))

    return _changed(desk, made, typed="" if "again" in posted else condition_id)


def arrange(desk: Desk) -> HttpResponse:
    """Moves, copies or removes a piece, or sets how its parts are joined."""
    posted = desk.request.POST
    piece = posted.get("piece", "")
    arrangements: dict[str, Change] = {
        "up": partial(changes.move, piece=piece, step=-1),
        "down": partial(changes.move, piece=piece, step=1),
        "duplicate": partial(changes.duplicate, piece=piece),
        "remove": partial(changes.remove, piece=piece),
        "put": partial(changes.put, piece=piece, into=posted.get("into", ""), before=posted.get("before", "")),
        "all": partial(changes.join, place=piece, how=Join.ALL),
        "any": partial(changes.join, place=piece, how=Join.ANY),
    }
    wanted = arrangements.get(posted.get("how", ""))
    if wanted is None:
        return HttpResponse(status=400)
    return _changed(desk, wanted, focus="" if posted["how"] == "remove" else posted.get("focus", ""))


def undo(desk: Desk) -> HttpResponse:
    """Undoes the person's own last change."""
    return restored(desk, desk.document.take_back)


def restored(desk: Desk, restore: Callable[..., Saved]) -> HttpResponse:
    """Shows the earlier state that `restore` brings back."""
    if desk.unreadable:
        return refused(desk.unreadable)
    try:
        saved = restore(seen=revision(desk.request), actor=desk.request.user)
    except SegmentError as error:
        return refused(str(error))
    return answer(desk, saved)


def sql(desk: Desk) -> HttpResponse:
    """The SELECT of the rules, without unfinished conditions; hidden where it would show personal data."""
    if desk.unreadable:
        return render(desk.request, "segments/editor/sql.html", {"problem": desk.unreadable})
    if desk.withholds:
        return render(desk.request, "segments/editor/sql.html", {"redacted": True})
    text = view_sql(desk.finished, desk.schema, desk.moment, desk.others, access=desk.request.access)
    return render(desk.request, "segments/editor/sql.html", {"sql": text})


def live_count(desk: Desk) -> HttpResponse:
    """How many customers the rules find, without unfinished conditions; empty if a newer count was asked for."""
    try:
        unfinished = desk.problems
        if desk.withholds:
            return render(desk.request, "segments/editor/count.html", {"desk": desk, "withheld": True})
        counted = counting.count(desk.finished, page_key(desk), within=desk.within)
    except EngineInterruptedError:
        return HttpResponse(status=204)
    except (SegmentError, Customer360Error, EngineError) as error:
        return render(desk.request, "segments/editor/count.html", {"desk": desk, "problem": str(error)})
    context = {"desk": desk, "counted": counted, "unfinished": unfinished}
    return render(desk.request, "segments/editor/count.html", context)


def values(desk: Desk) -> HttpResponse:
    """The values of a column and how frequent each is, as far as this person may see them."""
    asked = desk.request.GET
    table, column = asked.get("table", ""), asked.get("column", "")
    is_asked = not desk.unreadable and table in desk.schema.tables
    found = picklist(table, column, asked.get("q", ""), restricted=desk.restricted) if is_asked else Picklist()
    return render(desk.request, "segments/editor/values.html", {"picklist": found})


def _adding(into: str, condition: Condition) -> Change:
    if into in PARTS:
        section = Section(id=changes.new_id(), conditions=(condition,))
        return partial(changes.add_section, part=into, section=section)
    return partial(changes.add_condition, section=into, condition=condition)


def _changed(desk: Desk, change: Change, *, typed: str = "", focus: str = "") -> HttpResponse:
    """Saves the change and responds with everything that differs from what the page shows."""
    if desk.unreadable:
        return refused(desk.unreadable)
    wanted = guarded(change, desk.schema, desk.others) if desk.restricted else change
    try:
        saved = desk.document.save(wanted, seen=revision(desk.request), actor=desk.request.user)
    except SegmentChangedError as error:
        return _disputed(desk, wanted, error)
    except MovedOnError as error:
        return _moved_on(desk, wanted, error)
    except SegmentError as error:
        return refused(str(error))
    return answer(desk, saved, typed=typed, focus=focus)


def answer(before: Desk, saved: Saved, *, typed: str = "", focus: str = "") -> HttpResponse:
    """The parts of the page that differ from what it showed."""
    counting.give_up(page_key(before))
    desk = before.of(saved.document)
    again = _different(before, saved.shown, desk.rules, typed=typed)
    context = _rendered(desk, again) | {
        "typed": desk.shown.conditions.get(typed),
        "others": saved.others,
    }
    response = _drawn(desk, context)
    if focus:
        response["HX-Trigger-After-Settle"] = json.dumps({"segment:focus": {"id": focus}})
    return response


def _different(desk: Desk, seen: Rules | None, now: Rules, *, typed: str = "") -> Changed:
    """What differs from what the page shows: `seen`, or an older state when the page has skipped responses."""
    shown = revision(desk.request, "shown")
    if seen is not None and shown not in {0, revision(desk.request)}:
        seen = desk.document.at(shown)
    return EVERYTHING if seen is None else changed_between(seen, now, typed=typed)


def _drawn(desk: Desk, context: Mapping[str, object]) -> HttpResponse:
    """The header lets a page that has already sent its next change skip this response."""
    response = render(desk.request, "segments/editor/answer.html", context)
    response["Segment-Revision"] = desk.document.revision
    return response


def _rendered(desk: Desk, again: Changed) -> dict[str, object]:
    return {
        "desk": desk,
        "segment": desk.document.segment,
        "parts": [desk.shown.parts[part] for part in PARTS if part in again.parts],
        "sections": [desk.shown.sections[section] for section in again.sections],
        "conditions": [desk.shown.conditions[condition] for condition in again.conditions],
    }


def _disputed(desk: Desk, change: Change, error: SegmentChangedError) -> HttpResponse:
    """Shows the other person's version and describes both changes; one's own can be made again."""
    now = desk.of(desk.document.anew())
    theirs = differences(error.shown, error.current, now.speaker)
    mine = differences(error.shown, change(error.shown), now.speaker)
    again = _different(desk, error.shown, now.rules)
    return _asked(now, again, {"dispute": error, "theirs": theirs, "mine": mine})


def _moved_on(desk: Desk, change: Change, error: MovedOnError) -> HttpResponse:
    """The same where it is not known what the page showed: all of it is rendered again."""
    now = desk.of(desk.document.anew())
    try:
        mine = differences(now.rules, change(now.rules), now.speaker)
    except PartGoneError:
        mine = ()
    return _asked(now, EVERYTHING, {"dispute": error, "their_words": error.theirs, "mine": mine})


def _asked(now: Desk, again: Changed, dispute: Mapping[str, object]) -> HttpResponse:
    posted = [(name, value) for name, values in now.request.POST.lists() for value in values if name not in KEYS]
    context = {**_rendered(now, again), **dispute, "posted": posted}
    return _drawn(now, context)


def refused(message: str) -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"toast": {"text": message, "tone": "bad"}})
    return response


def revision(request: TenantRequest, name: str = "revision") -> int:
    text = _sent(request).get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def page_key(desk: Desk) -> str:
    """Identifies this open page of the editor, so that its counts cancel only its own."""
    token = _sent(desk.request).get("page", "")
    return f"editor:{desk.routes.page}:{desk.request.user.pk}:{token[:32]}"


def _sent(request: TenantRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET
