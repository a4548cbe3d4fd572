from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from accounts import invitations
from accounts.errors import InvitationError, MembershipError
from accounts.grants import Grant
from accounts.models import Invitation, Membership, User
from accounts.policies import Policy
from audit.models import AuditEvent
from runtime import clock
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

GRANT = Grant.of([Policy.AMPIQ_USER])
GOOD_PASSWORD = "seven gentle walruses"


@pytest.fixture
def invite(cast: Cast) -> Callable[..., str]:
    """Invites to Acme and gives the path of the link in the e-mail."""

    def invited(email: str = "new@example.com", grant: Grant = GRANT) -> str:
        with tenant_scope(cast.acme):
            invitations.invite(email=email, grant=grant, actor=cast["datagrid_administrator"])
        return link_of(str(mail.outbox[-1].body))

    return invited


def link_of(body: str) -> str:
    found = re.search(r"http://[^/]+(/invitations/\S+)", body)
    assert found
    return found[1]


def test_an_invitation_is_an_e_mail_with_a_link_whose_secret_is_not_stored(
    invite: Callable[..., str], cast: Cast
) -> None:
    link = invite("New@Example.com ")
    assert mail.outbox[0].to == ["new@example.com"]
    with tenant_scope(cast.acme):
        invitation = Invitation.objects.get()
        assert AuditEvent.objects.get().action == "invitation:sent"
    assert invitation.secret_hash not in link
    assert len(invitation.secret_hash) == 64


def test_a_new_person_joins_chooses_a_password_and_is_signed_in(invite: Callable[..., str], cast: Cast) -> None:
    link, client = invite(), Client()
    assert "new@example.com" in client.get(link).content.decode()
    answer = client.post(link, {"name": "Nell New", "password": GOOD_PASSWORD})
    assert answer["Location"] == "/t/acme/"
    assert client.get("/t/acme/").status_code in {200, 302}
    user = User.objects.get(email="new@example.com")
    assert (user.name, user.check_password(GOOD_PASSWORD)) == ("Nell New", True)
    assert EmailAddress.objects.get(user=user).verified
    with tenant_scope(cast.acme):
        assert Grant.held_by(Membership.objects.get(user=user)) == GRANT
        assert AuditEvent.objects.all()[0].actor == user


def test_a_weak_password_is_refused_and_creates_nobody(invite: Callable[..., str]) -> None:
    answer = Client().post(invite(), {"name": "Nell", "password": "new@example.com"})
    assert answer.status_code == 422
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_link_works_once(invite: Callable[..., str]) -> None:
    link = invite()
    Client().post(link, {"name": "Nell", "password": GOOD_PASSWORD})
    for again in (Client().get(link), Client().post(link, {"name": "X", "password": GOOD_PASSWORD})):
        assert again.status_code == 410
    assert User.objects.filter(email="new@example.com").count() == 1


def test_a_person_who_signs_in_already_joins_as_themselves(
    invite: Callable[..., str], cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    link = invite("stranger@example.com")
    assert "Sign in and join" in Client().get(link).content.decode()
    client = sign_in("stranger")
    assert "Join Acme" in client.get(link).content.decode()
    assert client.post(link)["Location"] == "/t/acme/"
    with tenant_scope(cast.acme):
        assert Membership.objects.filter(user=cast["stranger"]).exists()


def test_nobody_joins_by_somebody_else_s_invitation(
    invite: Callable[..., str], cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    link = invite("new@example.com")
    answer = sign_in("stranger").post(link)
    assert answer.status_code == 410
    assert "another address" in answer.content.decode()
    with tenant_scope(cast.acme):
        assert not Membership.objects.filter(user=cast["stranger"]).exists()
        assert Invitation.objects.pending().count() == 1


def test_anonymous_people_can_not_take_over_an_existing_address(invite: Callable[..., str], cast: Cast) -> None:
    link = invite("stranger@example.com")
    Client().post(link, {"name": "Thief", "password": GOOD_PASSWORD})
    cast["stranger"].refresh_from_db()
    assert not cast["stranger"].check_password(GOOD_PASSWORD)
    with tenant_scope(cast.acme):
        assert not Membership.objects.filter(user=cast["stranger"]).exists()


@pytest.mark.parametrize("token", ["nonsense", "WzEsMSwieCJd:1xUYa3:forged"])
def test_a_forged_link_says_so(cast: Cast, token: str) -> None:
    answer = Client().get(f"/invitations/{token}/")
    assert answer.status_code == 410
    assert "no longer works" in answer.content.decode()


def test_a_link_stops_working_after_a_week(invite: Callable[..., str]) -> None:
    link = invite()
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)):
        assert Client().get(link).status_code == 410


def test_a_new_invitation_replaces_the_open_one(invite: Callable[..., str], cast: Cast) -> None:
    first, second = invite(), invite(grant=Grant.of([Policy.AMP360_USER]))
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    with tenant_scope(cast.acme):
        assert Invitation.objects.get().policies == ["amp360_user"]


def test_a_withdrawn_invitation_no_longer_works(invite: Callable[..., str], cast: Cast) -> None:
    link = invite()
    with tenant_scope(cast.acme):
        invitations.withdraw(invitation=Invitation.objects.get(), actor=cast["datagrid_administrator"])
        assert AuditEvent.objects.all()[0].action == "invitation:withdrawn"
    assert Client().get(link).status_code == 410


def test_nobody_invites_to_rights_that_they_lack(cast: Cast) -> None:
    with tenant_scope(cast.acme), pytest.raises(MembershipError):
        invitations.invite(
            email="new@example.com",
            grant=Grant.of([Policy.DATAGRID_ADMINISTRATOR]),
            actor=cast["user_administration"],
        )
    assert mail.outbox == []


def test_members_are_not_invited_again(cast: Cast) -> None:
    with tenant_scope(cast.acme), pytest.raises(InvitationError, match="member already"):
        invitations.invite(email="ampiq_user@example.com", grant=GRANT, actor=None)


def test_without_an_e_mail_there_is_no_invitation(cast: Cast) -> None:
    with (
        tenant_scope(cast.acme),
        mock.patch.object(EmailBackend, "send_messages", side_effect=ConnectionRefusedError),
        pytest.raises(InvitationError, match="nothing was saved"),
    ):
        invitations.invite(email="new@example.com", grant=GRANT, actor=None)
    with tenant_scope(cast.acme):
        assert not Invitation.objects.exists()


def test_the_whole_way_by_the_pages(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("datagrid_administrator")
    answer = client.post(
        "/t/acme/users/invite/",
        {"email": "new@example.com", "ampiq_user": "ampiq_user", "options": ["restrict_downloads"]},
        follow=True,
    )
    page = answer.content.decode()
    assert "An invitation is on its way to new@example.com" in page
    assert "Open invitations" in page


@pytest.mark.parametrize("left_with", [None, [Policy.AMPIQ_USER]], ids=["removed", "no administrator any more"])
def test_an_invitation_ends_with_the_rights_of_whoever_sent_it(
    left_with: list[str] | None, invite: Callable[..., str], cast: Cast
) -> None:
    link = invite()
    with tenant_scope(cast.acme):
        sender = Membership.objects.filter(user=cast["datagrid_administrator"])
        sender.update(policies=left_with) if left_with else sender.delete()

    answer = Client().post(link, {"name": "Back Again", "password": GOOD_PASSWORD})

    assert answer.status_code == 410
    assert "may no longer invite people" in answer.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()
