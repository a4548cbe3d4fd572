from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.access import access_of
from accounts.errors import ActionRefused
from accounts.models import Membership
from accounts.policies import Option, Policy
from accounts.querysets import tenants_of
from tenants.scope import tenant_scope, user_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast


def test_a_member_has_the_actions_of_their_policies(cast: Cast) -> None:
    access = access_of(cast["ampiq_user"], cast.acme)
    assert access.can("segment:edit")
    assert not access.can("query:edit")
    assert not access.restricted_pii


def test_a_refusal_names_the_policies_that_would_allow_it(cast: Cast) -> None:
    access = access_of(cast["ampiq_user"], cast.acme)
    assert access.missing_policies("query:edit") == (
        Policy.AMP360_USER,
        Policy.DATAGRID_OPERATOR,
        Policy.DATAGRID_ADMINISTRATOR,
    )
    with pytest.raises(ActionRefused):
        access.require("query:edit")


def test_a_refusal_names_the_option_that_took_the_action_away(cast: Cast) -> None:
    refusal = access_of(cast["restricted_downloads"], cast.acme).refusal("query:download")
    assert (refusal.policies, refusal.options) == ((), (Option.RESTRICT_DOWNLOADS,))


def test_a_stranger_may_do_nothing(cast: Cast) -> None:
    access = access_of(cast["stranger"], cast.acme)
    assert not access.is_member
    assert access.actions == frozenset()
    assert access.restricted_pii


def test_membership_of_another_tenant_gives_nothing_here(cast: Cast) -> None:
    assert not access_of(cast["globex_administrator"], cast.acme).is_member


def test_a_deactivated_person_may_do_nothing(cast: Cast) -> None:
    person = cast["datagrid_administrator"]
    person.is_active = False
    assert access_of(person, cast.acme).actions == frozenset()


def test_platform_staff_may_enter_any_tenant_as_its_administrator(cast: Cast) -> None:
    access = access_of(cast["staff"], cast.globex)
    assert access.membership is None
    assert access.can("credential:manage")


def test_the_database_shows_a_person_their_own_memberships_and_no_others(cast: Cast) -> None:
    person = cast["ampiq_user"]
    assert list(Membership.everywhere.all()) == []
    with user_scope(person.pk):
        assert [membership.user for membership in Membership.everywhere.all()] == [person]
        assert list(tenants_of(person)) == [cast.acme]
        assert list(tenants_of(cast["amp360_user"])) == []


def test_a_person_s_own_scope_changes_no_membership(cast: Cast) -> None:
    with user_scope(cast["ampiq_user"].pk), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_membership SET policies = '{datagrid_administrator}'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM accounts_membership")
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute(
                "INSERT INTO accounts_membership (tenant_id, user_id, policies, options, created_at)"
                " VALUES (%s, %s, '{datagrid_administrator}', '{}', now())",
                [cast.globex.pk, cast["ampiq_user"].pk],
            )


def test_inside_a_tenant_the_manager_shows_that_tenant_only(cast: Cast) -> None:
    with tenant_scope(cast.globex), user_scope(cast["ampiq_user"].pk):
        assert [membership.user for membership in Membership.objects.all()] == [cast["globex_administrator"]]


def test_times_are_those_of_the_tenant(sign_in: Callable[[str], Client], cast: Cast) -> None:
    with tenant_scope(cast.globex):
        joined = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
        Membership.objects.update(created_at=joined)
    page = sign_in("globex_administrator").get("/t/globex/users/").content.decode()
    assert "1 Jul 2026, 19:30" in page


def test_anonymous_people_are_sent_to_sign_in_and_back(client: Client, cast: Cast) -> None:
    for address in ("/t/acme/", "/t/no-such-tenant/", "/t/acme/no-such-page/?page=2"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/t/")


def test_another_tenant_and_no_tenant_are_the_same_404(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("globex_administrator")
    other, none = client.get("/t/acme/"), client.get("/t/no-such-tenant/")
    assert (other.status_code, none.status_code) == (404, 404)
    assert without_token(other) == without_token(none)


def without_token(answer: Any) -> str:
    return re.sub(r'"X-CSRFToken": "\w+"', "", answer.content.decode())
