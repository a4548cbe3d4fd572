"""Queries as people save, activate, restore and delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.access import access_of
from audit.models import AuditEvent
from customer360 import building, usage
from customer360.engine.errors import EngineQueryError
from customer360.errors import (
    QueryChangedError,
    QueryError,
    QueryInUseError,
    QueryNameError,
    QueryRefusedError,
)
from customer360.models import Query
from customer360.queries.services import (
    QueryDraft,
    activate_query,
    create_query,
    deactivate_query,
    delete_query,
    discard_draft,
    restore_version,
    save_query,
)

if TYPE_CHECKING:
    from accounts.models import User
    from customer360.models import Table
    from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("customers")]

KEYS = "SELECT id FROM Customer360"
ADDRESSES = "SELECT id, email FROM Customer360"


@pytest.fixture
def ada(cast: Cast) -> User:
    return cast["amp360_user"]


@pytest.fixture
def query(ada: User, customers: Table) -> Query:
    return create_query(draft=QueryDraft("Lapsed", KEYS), actor=ada)


def save(query: Query, sql: str, actor: User) -> Query:
    return save_query(query=query, draft=QueryDraft(query.name, sql), revision=query.revision, actor=actor)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def texts(query: Query) -> list[tuple[int, str, bool]]:
    return [(each.number, each.sql, each.activated_at is not None) for each in query.versions.all()]


def test_an_active_query_goes_on_as_it_was_until_what_is_written_is_activated(query: Query, ada: User) -> None:
    query = activate_query(query=query, actor=ada)
    query = save(query, ADDRESSES, ada)
    assert (query.sql, query.text, query.is_edited) == (KEYS, ADDRESSES, True)
    assert texts(query) == [(2, ADDRESSES, False), (1, KEYS, True)]

    query = activate_query(query=query, actor=ada)

    assert (query.sql, query.text, query.is_edited) == (ADDRESSES, ADDRESSES, False)
    assert texts(query) == [(2, ADDRESSES, True), (1, KEYS, True)]
    assert actions() == ["query:created", "query:activated", "query:changed", "query:activated"]


def test_the_audit_names_versions_and_no_text(query: Query, ada: User) -> None:
    save(query, "SELECT id FROM Customer360 WHERE email = 'ann@example.com'", ada)
    event = AuditEvent.objects.latest("pk")
    assert (event.changes["before"]["version"], event.changes["after"]["version"]) == (1, 2)
    assert "ann@example.com" not in str(event.changes)


def test_a_save_of_the_same_text_makes_no_version(query: Query, ada: User) -> None:
    saved = save_query(query=query, draft=QueryDraft("Renamed", KEYS), revision=query.revision, actor=ada)
    assert (saved.name, saved.revision, len(texts(saved))) == ("Renamed", 2, 1)


def test_of_two_people_who_edit_the_second_is_told_and_no_text_is_lost(
    query: Query, ada: User, cast: Cast
) -> None:
    opened = query.revision
    save(query, ADDRESSES, cast["datagrid_operator"])
    with pytest.raises(QueryChangedError):
        save_query(query=query, draft=QueryDraft("Lapsed", "SELECT 1"), revision=opened, actor=ada)
    query.refresh_from_db()
    assert query.text == ADDRESSES

    query = save(query, "SELECT 1", ada)

    assert [text for _, text, _ in texts(query)] == ["SELECT 1", ADDRESSES, KEYS]


def test_two_queries_have_two_names(query: Query, ada: User) -> None:
    with pytest.raises(QueryNameError, match="There is a query with this name already"):
        create_query(draft=QueryDraft("LAPSED", KEYS), actor=ada)


@pytest.mark.parametrize(
    ("sql", "refusal", "message"),
    [
        ("SELECT emial FROM Customer360", QueryRefusedError, "Did you mean “email”"),
        ("SELECT id + 1 AS next FROM Customer360", EngineQueryError, "No function matches"),
    ],
)
def test_what_can_not_run_is_saved_but_not_activated(
    query: Query, ada: User, sql: str, refusal: type[Exception], message: str
) -> None:
    query = save(query, sql, ada)
    with pytest.raises(refusal, match=message):
        activate_query(query=query, actor=ada)
    query.refresh_from_db()
    assert (query.status, query.text) == (Query.Status.DRAFT, sql)


def test_what_is_in_force_is_not_activated_again(query: Query, ada: User) -> None:
    query = activate_query(query=query, actor=ada)
    with pytest.raises(QueryError, match="already active"):
        activate_query(query=query, actor=ada)


def test_personal_data_decides_nothing_in_what_a_restricted_person_activates(query: Query, ada: User) -> None:
    query = save(query, f"{KEYS} WHERE email LIKE 'a%'", ada)
    with pytest.raises(QueryRefusedError, match="your access leaves out personal data"):
        activate_query(query=query, actor=ada, restricted_pii=True)


def test_a_discarded_draft_stays_among_the_versions(query: Query, ada: User) -> None:
    query = save(activate_query(query=query, actor=ada), ADDRESSES, ada)
    query = discard_draft(query=query, actor=ada)
    assert (query.text, query.is_edited) == (KEYS, False)
    assert texts(query)[0] == (2, ADDRESSES, False)


def test_a_restored_version_is_the_latest_text_and_not_in_force(query: Query, ada: User) -> None:
    query = save(query, ADDRESSES, ada)
    query = activate_query(query=query, actor=ada)
    query = restore_version(version=query.versions.get(number=1), actor=ada)
    assert (query.sql, query.text) == (ADDRESSES, KEYS)
    assert texts(query)[0] == (3, KEYS, False)


@pytest.mark.urls("config.urls_tenant")
def test_a_query_that_is_used_is_neither_deleted_nor_made_a_draft(query: Query, ada: User, cast: Cast) -> None:
    query = activate_query(query=query, actor=ada)
    building.create_derived_table(query=query, name="Lapsed_People")
    uses = usage.uses_of_query(query, access_of(ada, cast.acme))
    assert [(use.kind, use.name) for use in uses] == [("Table", "Lapsed_People")]
    for refused in (delete_query, deactivate_query):
        with pytest.raises(QueryInUseError, match="“Lapsed” is used by table “Lapsed_People”"):
            refused(query=query, actor=ada)
    assert Query.objects.get().is_active


def test_a_query_that_nothing_uses_goes_with_its_versions(query: Query, ada: User) -> None:
    query = deactivate_query(query=activate_query(query=query, actor=ada), actor=ada)
    assert query.status == Query.Status.DRAFT
    delete_query(query=query, actor=ada)
    assert not Query.objects.exists()
    assert actions()[-2:] == ["query:deactivated", "query:deleted"]
