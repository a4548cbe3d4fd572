"""Who can sign in to the demo, and as what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.grants import Grant
from accounts.models import User
from accounts.policies import Option, Policy
from accounts.services import add_member, create_person

if TYPE_CHECKING:
    from collections.abc import Sequence

PASSWORD = "muster-demo-2026"  # noqa: S105  printed at the start of the demo, for everybody


@dataclass(frozen=True, slots=True)
class Part:
    """A person of the demo and what they may do in a tenant."""

    email: str
    name: str
    policies: Sequence[Policy]
    options: Sequence[Option] = ()

    @property
    def described(self) -> str:
        rights = [*(policy.label for policy in self.policies), *(option.label for option in self.options)]
        return ", ".join(rights)


ADMINISTRATOR = Part("admin@example.com", "Ada Administrator", [Policy.DATAGRID_ADMINISTRATOR])
MARKETER = Part("marketer@example.com", "Max Marketer", [Policy.AMPIQ_USER])
ANALYST = Part("analyst@example.com", "Ana Analyst", [Policy.AMP360_USER])
RESTRICTED = Part(
    "restricted@example.com",
    "Rita Restricted",
    [Policy.AMP360_USER, Policy.AMPIQ_USER],
    [Option.RESTRICT_PII_ACCESS],
)
CAST = (MARKETER, ADMINISTRATOR, ANALYST, RESTRICTED)


def join(part: Part) -> User:
    """The person, with these rights in the active tenant; created if missing, otherwise unchanged."""
    person = User.objects.filter(email=part.email).first() or create_person(
        email=part.email, name=part.name, password=PASSWORD
    )
    add_member(user=person, grant=Grant.of(part.policies, part.options), actor=None)
    return person
