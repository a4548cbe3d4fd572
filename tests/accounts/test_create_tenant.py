from __future__ import annotations

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Invitation, Membership, User
from tenants.models import Tenant
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db


def create(*more: str) -> None:
    call_command("create_tenant", "initech", "Initech", "--admin", "Bill@example.com", *more)


def test_it_makes_the_tenant_and_invites_its_administrator() -> None:
    create("--time-zone", "Europe/Berlin", "--currency", "EUR")
    tenant = Tenant.objects.get(slug="initech")
    assert (tenant.name, tenant.time_zone, tenant.currency) == ("Initech", "Europe/Berlin", "EUR")
    assert mail.outbox[0].to == ["bill@example.com"]
    with tenant_scope(tenant):
        assert Invitation.objects.get().policies == ["datagrid_administrator"]


def test_with_a_password_the_administrator_can_sign_in_at_once_and_twice_is_as_good_as_once() -> None:
    for _ in range(2):
        create("--password", "nine quiet herons")
    user = User.objects.get(email="bill@example.com")
    assert user.check_password("nine quiet herons")
    with tenant_scope(Tenant.objects.get(slug="initech")):
        assert Membership.objects.get().user == user
    assert mail.outbox == []


def test_it_never_changes_an_existing_person_s_password() -> None:
    create("--password", "nine quiet herons")
    call_command("create_tenant", "hooli", "Hooli", "--admin", "bill@example.com", "--password", "other words")
    assert User.objects.get(email="bill@example.com").check_password("nine quiet herons")


@pytest.mark.parametrize(
    "wrong", [["--time-zone", "Mars/Olympus"], ["--currency", "DOLLARS"], ["--admin", "no address"]]
)
def test_wrong_values_are_refused_in_plain_words_and_leave_nothing(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        create(*wrong)
    assert not Tenant.objects.exists()
