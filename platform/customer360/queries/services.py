"""Changes to queries, as people make them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from accounts.access import access_of
from audit import services as audit
from customer360 import building, tasks, usage
from customer360.errors import QueryChangedError, QueryError, QueryInUseError, QueryNameError
from customer360.queries.models import Query, QueryVersion
from customer360.queries.proving import prove
from customer360.queries.results import remove_result
from runtime import clock
from tenants.names import claim_names

if TYPE_CHECKING:
    from accounts.models import User

UNFINISHED = "There is nothing to activate: this text is already active."


@dataclass(frozen=True, slots=True)
class QueryDraft:
    """A query as someone wrote it."""

    name: str
    sql: str
    description: str = ""


@transaction.atomic
def create_query(*, draft: QueryDraft, actor: User | None) -> Query:
    """Creates a draft with its first version. Raises QueryNameError."""
    query = Query(created_by=actor)
    _write(query, draft, actor)
    audit.record(action="query:created", subject=query, actor=actor)
    return query


@transaction.atomic
def save_query(*, query: Query, draft: QueryDraft, revision: int, actor: User | None) -> Query:
    """Saves the edits; an active query stays as it was until activated again.

    Raises QueryChangedError when someone else saved since `revision`, and QueryNameError.
    """
    current = _locked(query)
    if current.revision != revision:
        raise QueryChangedError("Someone else saved this query while you were editing.")
    before = _told(current)
    _write(current, draft, actor)
    audit.record(
        action="query:changed",
        subject=current,
        actor=actor,
        changes={"before": before, "after": _told(current)},
    )
    return current


@transaction.atomic
def activate_query(*, query: Query, actor: User | None, restricted_pii: bool = False) -> Query:
    """Puts the latest text into force: it can then be sent, and built as a table.

    Tables built from it are rebuilt. Raises QueryRefusedError and EngineError when it can't run, QueryError when
    it is already in force, and BuildError when a table would be built from itself. `restricted_pii` is for an
    actor who may not see personal data.
    """
    current = _locked(query)
    if current.is_active and not current.is_edited:
        raise QueryError(UNFINISHED)
    prove(current.text, restricted_pii=restricted_pii)
    building.require_no_circle(current, current.text)
    current.sql, current.draft_sql, current.status = current.text, "", Query.Status.ACTIVE
    current.updated_at = clock.now()
    current.save()
    version = current.versions.filter(sql=current.sql).first() or _keep_version(current, current.updated_by)
    version.activated_at = clock.now()
    version.save(update_fields=["activated_at"])
    audit.record(action="query:activated", subject=current, actor=actor, changes={"version": version.number})
    if current.tables.exists():
        tasks.build_stale_tables.enqueue()
    return current


@transaction.atomic
def deactivate_query(*, query: Query, actor: User | None) -> Query:
    """Makes it a draft again, which can't be sent. Raises QueryInUseError."""
    current = _locked(query)
    _refuse_used(current, actor, "Activate another text instead, or take it out there first.")
    current.sql, current.draft_sql, current.status = current.text, "", Query.Status.DRAFT
    current.save()
    audit.record(action="query:deactivated", subject=current, actor=actor)
    return current


@transaction.atomic
def discard_draft(*, query: Query, actor: User | None) -> Query:
    """Returns the editor to the text in force; the discarded text stays among the versions."""
    current = _locked(query)
    if current.is_edited:
        current.draft_sql, current.revision = "", current.revision + 1
        current.updated_by, current.updated_at = actor, clock.now()
        current.save()
        audit.record(action="query:draft_discarded", subject=current, actor=actor)
    return current


@transaction.atomic
def restore_version(*, version: QueryVersion, actor: User | None) -> Query:
    """Makes the version's text the latest again; for an active query it still needs activation."""
    current = _locked(version.query)
    _write(current, QueryDraft(current.name, version.sql, current.description), actor)
    audit.record(action="query:restored", subject=current, actor=actor, changes={"version": version.number})
    return current


@transaction.atomic
def delete_query(*, query: Query, actor: User | None) -> None:
    """Deletes it with its versions and results. Raises QueryInUseError, which says what uses it."""
    current = _locked(query)
    _refuse_used(current, actor, "Remove it there first.")
    results = list(current.runs.exclude(result="").values_list("result", flat=True))
    audit.record(action="query:deleted", subject=current, actor=actor)
    try:
        current.delete()
    except ProtectedError as error:
        raise QueryInUseError(f"“{current}” is used elsewhere. Remove it there first.") from error
    for name in results:
        transaction.on_commit(partial(remove_result, name))


def _locked(query: Query) -> Query:
    """The current query, locked until this transaction ends."""
    current: Query = Query.objects.select_for_update().get(pk=query.pk)
    return current


def _write(query: Query, draft: QueryDraft, actor: User | None) -> None:
    is_new_text = draft.sql != query.text or not query.revision
    query.name, query.description = draft.name, draft.description
    if query.is_active:
        query.draft_sql = draft.sql if draft.sql != query.sql else ""
    else:
        query.sql = draft.sql
    query.revision += 1
    query.updated_by, query.updated_at = actor, clock.now()
    query.claim_for_active_tenant()
    claim_names(Query)
    try:
        query.validate_constraints()
    except ValidationError as error:
        raise QueryNameError(" ".join(error.messages)) from error
    query.save()
    if is_new_text:
        _keep_version(query, actor)


def _keep_version(query: Query, author: User | None) -> QueryVersion:
    """`author` must be the text's real author: who may read it later depends on that."""
    last = query.versions.values_list("number", flat=True).first() or 0
    return QueryVersion.objects.create(query=query, number=last + 1, sql=query.text, saved_by=author)


def _refuse_used(query: Query, actor: User | None, way_out: str) -> None:
    """Raises QueryInUseError, naming what the actor may know of."""
    every = usage.uses_of_query(query, None)
    if not every:
        return
    access = access_of(actor, query.tenant) if actor else None
    known = usage.uses_of_query(query, access)
    raise QueryInUseError(f"“{query}” is used by {usage.named(known, of=len(every))}. {way_out}")


def _told(query: Query) -> dict[str, object]:
    """For the audit: refers to the text by version, because it may contain personal data."""
    version = query.versions.values_list("number", flat=True).first()
    return {"name": query.name, "description": query.description, "version": version}
