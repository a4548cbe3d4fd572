"""Who may do what: policies, the options added to them, and the actions each allows.

`policies.csv` is the single source of truth. A policy allows actions; its read-only form keeps those that only
read. An option takes actions away, and no policy restores what an option denies; “Allow user administration” adds
some.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.db.models import TextChoices

from accounts.errors import UnknownActionError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

TABLE = Path(__file__).with_name("policies.csv")


class Policy(TextChoices):
    AMP360_USER = "amp360_user", "Amp360 User"
    AMP360_USER_READ_ONLY = "amp360_user_read_only", "Amp360 User (read-only)"
    AMPIQ_USER = "ampiq_user", "AmpIQ User"
    AMPIQ_USER_READ_ONLY = "ampiq_user_read_only", "AmpIQ User (read-only)"
    DATAGRID_OPERATOR = "datagrid_operator", "DataGrid Operator"
    DATAGRID_OPERATOR_READ_ONLY = "datagrid_operator_read_only", "DataGrid Operator (read-only)"
    DATAGRID_ADMINISTRATOR = "datagrid_administrator", "DataGrid Administrator"

    @property
    def is_read_only(self) -> bool:
        return self in READ_ONLY_FORMS

    @property
    def full_form(self) -> Policy:
        return READ_ONLY_FORMS.get(self, self)


READ_ONLY_FORMS: Mapping[Policy, Policy] = MappingProxyType(
    {
        Policy.AMP360_USER_READ_ONLY: Policy.AMP360_USER,
        Policy.AMPIQ_USER_READ_ONLY: Policy.AMPIQ_USER,
        Policy.DATAGRID_OPERATOR_READ_ONLY: Policy.DATAGRID_OPERATOR,
    }
)
FULL_POLICIES = tuple(policy for policy in Policy if policy not in READ_ONLY_FORMS)


class Option(TextChoices):
    RESTRICT_PII_ACCESS = "restrict_pii_access", "Restrict PII access"
    RESTRICT_DOWNLOADS = "restrict_downloads", "Restrict downloads"
    RESTRICT_UPLOADS = "restrict_uploads", "Restrict uploads"
    RESTRICT_DATA_EXPORTS = "restrict_data_exports", "Restrict data exports"
    ALLOW_USER_ADMINISTRATION = "allow_user_administration", "Allow user administration"


@dataclass(frozen=True, slots=True)
class Action:
    """One row of the table; `policies` names the full policies that allow it."""

    name: str
    description: str
    reads: bool
    policies: frozenset[Policy]
    allowing: frozenset[Option]
    denying: frozenset[Option]

    def allowed_by(self, policy: Policy) -> bool:
        return policy.full_form in self.policies and (self.reads or not policy.is_read_only)

    def allowed(self, policies: Collection[Policy], options: Collection[Option]) -> bool:
        """Denied if any option denies it; otherwise allowed if any policy or option allows it."""
        if self.denying.intersection(options):
            return False
        return any(map(self.allowed_by, policies)) or bool(policies and self.allowing.intersection(options))


@cache
def actions() -> Mapping[str, Action]:
    with TABLE.open(newline="", encoding="utf-8") as lines:
        return MappingProxyType({row["action"]: _action(row) for row in csv.DictReader(lines)})


def action_named(name: str) -> Action:
    """Raises UnknownActionError for a name that `policies.csv` does not have."""
    try:
        return actions()[name]
    except KeyError:
        raise UnknownActionError(name) from None


def allowed_actions(policies: Collection[Policy], options: Collection[Option]) -> frozenset[str]:
    return frozenset(name for name, action in actions().items() if action.allowed(policies, options))


def _action(row: Mapping[str, str]) -> Action:
    return Action(
        name=row["action"],
        description=row["description"],
        reads=row["reads"] == "yes",
        policies=frozenset(policy for policy in FULL_POLICIES if row[policy.label] == "allow"),
        allowing=frozenset(option for option in Option if row[option.label] == "allow"),
        denying=frozenset(option for option in Option if row[option.label] == "deny"),
    )
