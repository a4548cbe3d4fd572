"""The cast of all tests: two tenants, a person for each policy and option, and people who must see nothing.

Everyone except the outsiders belongs to Acme. The same keys are used everywhere: `cast["ampiq_user"]`,
`sign_in("ampiq_user")`, the columns of the access matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import Membership, User
from accounts.policies import Option, Policy
from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Part:
    policies: Sequence[Policy] = ()
    options: Sequence[Option] = ()


WIDE = (Policy.AMP360_USER, Policy.AMPIQ_USER, Policy.DATAGRID_OPERATOR)
ACME: Mapping[str, Part] = {
    **{policy.value: Part([policy]) for policy in Policy},
    "restricted_pii": Part(WIDE, [Option.RESTRICT_PII_ACCESS]),
    "restricted_downloads": Part(WIDE, [Option.RESTRICT_DOWNLOADS]),
    "restricted_uploads": Part(WIDE, [Option.RESTRICT_UPLOADS]),
    "restricted_exports": Part(WIDE, [Option.RESTRICT_DATA_EXPORTS]),
    "user_administration": Part([Policy.AMPIQ_USER], [Option.ALLOW_USER_ADMINISTRATION]),
}
GLOBEX: Mapping[str, Part] = {"globex_administrator": Part([Policy.DATAGRID_ADMINISTRATOR])}
# `stranger` belongs to no tenant; `staff` runs the installation and may enter any.
OUTSIDE = ("stranger", "staff")
MEMBERS = tuple(ACME)
PEOPLE = (*ACME, *GLOBEX, *OUTSIDE)


@dataclass(frozen=True)
class Cast:
    acme: Tenant
    globex: Tenant
    people: Mapping[str, User]

    def __getitem__(self, key: str) -> User:
        return self.people[key]


def assemble() -> Cast:
    """Creates the whole cast in a few statements, as the application's role."""
    acme = Tenant.objects.create(slug="acme", name="Acme", time_zone="Europe/London", currency="GBP")
    globex = Tenant.objects.create(slug="globex", name="Globex", time_zone="America/New_York")
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(_person(key, password) for key in PEOPLE)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    people = dict(zip(PEOPLE, users, strict=True))
    _join(acme, ACME, people)
    _join(globex, GLOBEX, people)
    return Cast(acme, globex, people)


def _person(key: str, password: str) -> User:
    return User(
        email=f"{key}@example.com",
        name=key.replace("_", " ").title(),
        password=password,
        is_superuser=key == "staff",
        is_staff=key == "staff",
    )


def _join(tenant: Tenant, parts: Mapping[str, Part], people: Mapping[str, User]) -> None:
    with tenant_scope(tenant):
        Membership.objects.bulk_create(
            Membership(user=people[key], policies=list(part.policies), options=list(part.options))
            for key, part in parts.items()
        )
