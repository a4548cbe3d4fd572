"""The page on which a query is written, and the requests it makes during editing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import require_action
from customer360 import usage
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error, QueryChangedError, QueryNameError, QueryRefusedError
from customer360.queries import legibility
from customer360.queries.browser import tables_to_read
from customer360.queries.forms import QueryForm, SqlForm, copy_of, form_of, renamed
from customer360.queries.models import Query
from customer360.queries.services import activate_query, create_query, save_query
from customer360.queries.views.listing import permissions
from customer360.sql.checking import checked
from customer360.sql.grammar import FUNCTION_NAMES
from customer360.sql.tenant_shapes import current_shapes
from ui.differences import side_by_side

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpResponse

    from accounts.typing import TenantRequest
    from customer360.sql.checking import CheckedQuery

RECENT_VERSIONS = 5


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("query:edit")
def create(request: TenantRequest) -> HttpResponse:
    """A new one, or a copy of the one that `?copy=` names."""
    if request.method != "POST":
        copied = _copied(request)
        return _page(request, copy_of(copied) if copied else QueryForm())
    form = QueryForm(renamed(request.POST) if request.POST.get("then") == "copy" else request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        added = create_query(draft=form.draft(), actor=request.user)
    except QueryNameError as error:
        form.add_error("name", str(error))
        return _page(request, form)
    return _saved(request, added)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("query:view")
def query(request: TenantRequest, query_id: int) -> HttpResponse:
    """The query with its editor, for people who may edit it, read-only for others."""
    shown = _found(query_id)
    if request.method != "POST":
        return _page(request, form_of(shown), shown)
    request.access.require("query:edit")
    form = QueryForm(request.POST)
    if not form.is_valid():
        return _page(request, form, shown)
    try:
        saved = save_query(
            query=shown, draft=form.draft(), revision=form.cleaned_data["revision"], actor=request.user
        )
    except QueryNameError as error:
        form.add_error("name", str(error))
    except QueryChangedError:
        return _conflict(request, form, _found(query_id))
    else:
        return _saved(request, saved)
    return _page(request, form, shown)


@require_POST
@require_action("query:edit")
def check(request: TenantRequest) -> HttpResponse:
    """What is wrong with the text so far, or what it would return."""
    form = SqlForm(request.POST)
    text, pk = (form.cleaned_data["sql"], form.cleaned_data["query"]) if form.is_valid() else ("", None)
    context = _checked(text, restricted=request.access.restricted_pii)
    edited = Query.objects.active().filter(pk=pk).first() if pk and "read" in context else None
    if edited:
        context |= _missed(request, edited, context["read"])
    return render(request, "queries/_check.html", context)


def _checked(text: str, *, restricted: bool) -> dict[str, Any]:
    try:
        read = checked(text, current_shapes(), restricted_pii=restricted)
    except QueryRefusedError as error:
        return {"problems": error.problems, "is_blank": not text.strip()}
    return {"read": read, "tables": sorted(read.tables)}


def _missed(request: TenantRequest, query: Query, read: CheckedQuery) -> dict[str, Any]:
    """The columns that users of the query would lose if the text were activated."""
    try:
        before = checked(query.sql, current_shapes()).columns
    except QueryRefusedError:
        return {}
    yielded = {column.name.casefold() for column in read.columns}
    lost = [column.name for column in before if column.name.casefold() not in yielded]
    return {"lost": lost, "uses": usage.uses_of_query(query, request.access)} if lost else {}


def _saved(request: TenantRequest, saved: Query) -> HttpResponse:
    """Redirects to the page, after activating the query if that was the button."""
    if request.POST.get("then") != "activate":
        messages.success(request, f"“{saved}” is saved.")
        return redirect(saved)
    try:
        activate_query(query=saved, actor=request.user, restricted_pii=request.access.restricted_pii)
    except (Customer360Error, EngineError) as error:
        messages.warning(request, f"“{saved}” is saved, but not activated. {error}")
    else:
        messages.success(request, f"“{saved}” is active.")
    return redirect(saved)


def _found(query_id: int) -> Query:
    found: Query = get_object_or_404(Query.objects.select_related("updated_by"), pk=query_id)
    return found


def _copied(request: TenantRequest) -> Query | None:
    copied: Query | None = Query.objects.with_typed_id(request.GET.get("copy", "")).first()
    return copied if copied and _is_legible(request, copied) else None


def _is_legible(request: TenantRequest, query: Query) -> bool:
    if not request.access.restricted_pii:
        return True
    author = legibility.author_of(query)
    return legibility.is_legible(query.text, request.access, author=author, reader=request.user)


def _conflict(request: TenantRequest, form: QueryForm, theirs: Query) -> HttpResponse:
    """Shows both texts side by side; nothing is lost, whichever is saved next."""
    mine = form.cleaned_data["sql"]
    form.go_on_from(theirs)
    legible = _is_legible(request, theirs)
    their_text = theirs.text if legible else legibility.redacted(theirs.text)
    conflict = {"theirs": theirs, "text": their_text, "differences": side_by_side(their_text, mine)}
    return _page(request, form, theirs, conflict=conflict, status=409)


def _page(
    request: TenantRequest,
    form: QueryForm,
    query: Query | None = None,
    *,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    allowed = permissions(request.access)
    is_legible = query is None or form.is_bound or _is_legible(request, query)
    context: dict[str, Any] = {"form": form, "query": query, "conflict": conflict, **allowed}
    context["may_edit"] = allowed["may_edit"] and is_legible
    context["is_redacted"] = not is_legible
    context["text"] = form["sql"].value() or ""
    if query is not None:
        context |= _about(request, query)
        if not is_legible:
            context["text"] = legibility.redacted(query.text)
    if context["may_edit"]:
        context |= {"tables": tables_to_read(), "functions": FUNCTION_NAMES}
    return render(request, "queries/editor.html", context, status=422 if form.errors else status)


def _about(request: TenantRequest, query: Query) -> dict[str, Any]:
    return {
        "uses": usage.uses_of_query(query, request.access),
        "versions": query.versions.select_related("saved_by")[:RECENT_VERSIONS],
        "run": query.runs.of(request.user).first() or query.runs.first(),
    }
