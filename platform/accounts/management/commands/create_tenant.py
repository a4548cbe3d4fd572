from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.errors import AccountsError
from accounts.grants import Grant
from accounts.invitations import invite
from accounts.models import Membership, User
from accounts.policies import Policy
from accounts.services import add_member, create_person, create_tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from argparse import ArgumentParser

ADMINISTRATION = Grant.of([Policy.DATAGRID_ADMINISTRATOR])


class Command(BaseCommand):
    help = "Create a tenant and invite its first administrator. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the tenant's part of each address: small letters, digits and hyphens")
        parser.add_argument("name", help="the brand's name")
        parser.add_argument("--admin", required=True, metavar="EMAIL", help="who administers it first")
        parser.add_argument("--time-zone", default="UTC", help="such as Europe/London (default: UTC)")
        parser.add_argument("--currency", default="USD", help="three letters (default: USD)")
        parser.add_argument("--password", help="sets a password instead of sending an invitation; for development")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            message = self._create(**options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except AccountsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS(message))

    @transaction.atomic
    def _create(self, *, slug: str, name: str, admin: str, password: str | None, **options: Any) -> str:
        validate_email(admin)
        email = admin.strip().lower()
        tenant = create_tenant(slug=slug, name=name, time_zone=options["time_zone"], currency=options["currency"])
        with tenant_scope(tenant):
            if Membership.objects.filter(user__email=email).exists():
                return f"{tenant} is there, and {email} is a member."
            if password is None:
                invite(email=email, grant=ADMINISTRATION, actor=None)
                return f"{tenant} is there; {email} has been sent an invitation."
            add_member(user=_person(email, password), grant=ADMINISTRATION, actor=None)
            return f"{tenant} is there, and {email} administers it."


def _person(email: str, password: str) -> User:
    """Somebody who can already sign in keeps their password."""
    return User.objects.filter(email=email).first() or create_person(email=email, name="", password=password)
