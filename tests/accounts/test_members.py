from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from accounts import services
from accounts.errors import MembershipError
from accounts.grants import Grant
from accounts.models import Membership
from accounts.policies import Option, Policy
from audit.models import AuditEvent
from tenants.scope import tenant_scope
from tests import cast as casting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from tests.cast import Cast

ADMINISTRATION = Grant.of([Policy.DATAGRID_ADMINISTRATOR])


@pytest.fixture
def in_acme(cast: Cast) -> Iterator[Cast]:
    with tenant_scope(cast.acme):
        yield cast


def membership_of(cast: Cast, key: str) -> Membership:
    return Membership.objects.get(user=cast[key])


def test_a_grant_needs_a_policy() -> None:
    with pytest.raises(MembershipError, match="at least one policy"):
        Grant.of([], [Option.RESTRICT_DOWNLOADS])


def test_a_policy_makes_its_read_only_form_superfluous() -> None:
    assert Grant.of([Policy.AMPIQ_USER, Policy.AMPIQ_USER_READ_ONLY]) == Grant.of([Policy.AMPIQ_USER])


def test_an_administrator_changes_rights_and_the_audit_knows(in_acme: Cast) -> None:
    member, administrator = membership_of(in_acme, "ampiq_user"), in_acme["datagrid_administrator"]
    grant = Grant.of([Policy.AMP360_USER], [Option.RESTRICT_PII_ACCESS])
    services.change_rights(membership=member, grant=grant, actor=administrator)
    member.refresh_from_db()
    assert Grant.held_by(member) == grant
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.subject_name) == ("membership:changed", administrator, str(member))
    assert event.changes == {
        "before": {"policies": ["ampiq_user"], "options": []},
        "after": {"policies": ["amp360_user"], "options": ["restrict_pii_access"]},
    }


def test_the_same_rights_again_are_no_event(in_acme: Cast) -> None:
    member = membership_of(in_acme, "ampiq_user")
    services.change_rights(membership=member, grant=Grant.held_by(member), actor=in_acme["datagrid_administrator"])
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("target", "grant"),
    [
        ("ampiq_user", ADMINISTRATION),
        ("user_administration", ADMINISTRATION),
        ("ampiq_user", Grant.of([Policy.AMP360_USER])),
        ("datagrid_operator", Grant.of([Policy.AMPIQ_USER])),
    ],
)
def test_nobody_gives_or_takes_rights_that_they_lack(in_acme: Cast, target: str, grant: Grant) -> None:
    member = membership_of(in_acme, target)
    before = Grant.held_by(member)
    with pytest.raises(MembershipError, match="rights that you have"):
        services.change_rights(membership=member, grant=grant, actor=in_acme["user_administration"])
    member.refresh_from_db()
    assert Grant.held_by(member) == before
    assert AuditEvent.objects.count() == 0


def test_restricted_people_can_not_unrestrict_themselves(in_acme: Cast) -> None:
    member = membership_of(in_acme, "restricted_pii")
    member.options = [Option.RESTRICT_PII_ACCESS, Option.ALLOW_USER_ADMINISTRATION]
    member.save()
    with pytest.raises(MembershipError, match="personal data"):
        services.change_rights(membership=member, grant=Grant.of(member.policies), actor=in_acme["restricted_pii"])


def test_a_business_user_with_user_administration_manages_their_equals(in_acme: Cast) -> None:
    member = membership_of(in_acme, "ampiq_user")
    grant = Grant.of([Policy.AMPIQ_USER_READ_ONLY])
    services.change_rights(membership=member, grant=grant, actor=in_acme["user_administration"])
    member.refresh_from_db()
    assert Grant.held_by(member) == grant


def test_the_last_administrator_can_be_neither_removed_nor_demoted(in_acme: Cast) -> None:
    member, administrator = membership_of(in_acme, "datagrid_administrator"), in_acme["datagrid_administrator"]
    with pytest.raises(MembershipError, match="only DataGrid Administrator"):
        services.remove_member(membership=member, actor=administrator)
    with pytest.raises(MembershipError, match="only DataGrid Administrator"):
        services.change_rights(membership=member, grant=Grant.of([Policy.AMPIQ_USER]), actor=administrator)
    member.refresh_from_db()
    assert Grant.held_by(member) == ADMINISTRATION


def test_an_administrator_who_can_not_sign_in_does_not_count(in_acme: Cast) -> None:
    other = in_acme["ampiq_user"]
    Membership.objects.filter(user=other).update(policies=[Policy.DATAGRID_ADMINISTRATOR])
    other.is_active = False
    other.save()
    with pytest.raises(MembershipError, match="only DataGrid Administrator"):
        services.remove_member(membership=membership_of(in_acme, "datagrid_administrator"), actor=None)


def test_removal_ends_one_membership_and_keeps_the_person(in_acme: Cast) -> None:
    person = in_acme["ampiq_user"]
    services.remove_member(
        membership=membership_of(in_acme, "ampiq_user"), actor=in_acme["datagrid_administrator"]
    )
    assert not Membership.objects.filter(user=person).exists()
    person.refresh_from_db()
    assert person.is_active
    assert AuditEvent.objects.get().changes == {"policies": ["ampiq_user"], "options": []}


@pytest.mark.django_db(transaction=True)
def test_two_administrators_can_not_remove_each_other_at_once() -> None:
    cast = casting.assemble()
    with tenant_scope(cast.acme):
        Membership.objects.filter(user=cast["ampiq_user"]).update(policies=[Policy.DATAGRID_ADMINISTRATOR])
    ready = threading.Barrier(2)
    refused: list[str] = []

    def remove(key: str) -> None:
        with tenant_scope(cast.acme):
            member = membership_of(cast, key)
            ready.wait(timeout=10)
            try:
                services.remove_member(membership=member, actor=None)
            except MembershipError:
                refused.append(key)
        connection.close()

    threads = [threading.Thread(target=remove, args=[key]) for key in ("ampiq_user", "datagrid_administrator")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    with tenant_scope(cast.acme):
        assert Membership.objects.administrators().count() == 1
    assert len(refused) == 1


def test_the_list_shows_people_policies_and_options(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("datagrid_administrator").get("/t/acme/users/").content.decode()
    assert "ampiq_user@example.com" in page
    assert "Restrict PII access" in page
    assert "globex_administrator" not in page


def test_rights_are_changed_by_the_form(sign_in: Callable[[str], Client], cast: Cast) -> None:
    with tenant_scope(cast.acme):
        member = membership_of(cast, "ampiq_user")
    answer = sign_in("datagrid_administrator").post(
        f"/t/acme/users/{member.pk}/",
        {"amp360_user": "amp360_user_read_only", "options": ["restrict_downloads"]},
    )
    assert answer.status_code == 302
    with tenant_scope(cast.acme):
        member.refresh_from_db()
    assert (member.policies, member.options) == (["amp360_user_read_only"], ["restrict_downloads"])


def test_the_second_of_two_administrators_sees_what_the_first_made_of_it(
    sign_in: Callable[[str], Client], cast: Cast
) -> None:
    with tenant_scope(cast.acme):
        member = membership_of(cast, "ampiq_user")
    client, address = sign_in("datagrid_administrator"), f"/t/acme/users/{member.pk}/"
    opened = client.get(address).context["form"]["seen"].value()
    client.post(address, {"amp360_user": "amp360_user", "options": ["restrict_pii_access"], "seen": opened})
    late = client.post(address, {"ampiq_user": "ampiq_user", "seen": opened})
    assert late.status_code == 422
    assert "now has: Amp360 User, Restrict PII access." in late.content.decode()
    again = late.context["form"]["seen"].value()
    assert client.post(address, {"ampiq_user": "ampiq_user", "seen": again}).status_code == 302


def test_a_refused_change_says_why_and_keeps_what_was_chosen(sign_in: Callable[[str], Client], cast: Cast) -> None:
    with tenant_scope(cast.acme):
        member = membership_of(cast, "ampiq_user")
    answer = sign_in("user_administration").post(
        f"/t/acme/users/{member.pk}/", {"datagrid_administrator": "datagrid_administrator"}
    )
    assert answer.status_code == 422
    assert "You can only manage people with rights that you have" in answer.content.decode()


def test_another_tenant_s_member_is_not_found(sign_in: Callable[[str], Client], cast: Cast) -> None:
    with tenant_scope(cast.globex):
        member = membership_of(cast, "globex_administrator")
    client = sign_in("datagrid_administrator")
    assert client.get(f"/t/acme/users/{member.pk}/").status_code == 404
    assert client.post(f"/t/acme/users/{member.pk}/remove/").status_code == 404
    with tenant_scope(cast.globex):
        assert Membership.objects.filter(pk=member.pk).exists()
