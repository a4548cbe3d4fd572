"""How operators' setup is saved: locked, checked against the revision they saw, with the changes audited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from accounts.access import access_of
from audit.services import record
from destinations.encryption import Secret
from destinations.errors import BeyondOwnError, ChangedMeanwhileError
from destinations.models import SetupModel
from runtime import clock
from tenants.models import Tenant
from tenants.names import claim_names
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User

Setup = TypeVar("Setup", bound=SetupModel)


@transaction.atomic
def save_setup(row: Setup, values: Mapping[str, Any], *, actor: User | None, revision: int | None = None) -> Setup:
    """Saves the row with these values, adding it if new; one audit event says what changed.

    Raises ChangedMeanwhileError when `revision` is given and no longer the row's, BeyondOwnError when an actor
    with restricted access would open it to restricted people, ValidationError when a constraint such as a unique
    name fails.
    """
    is_new = row.pk is None
    stored = row if is_new else lock_setup(row, revision)
    changes = _changes(stored, values, is_new=is_new)
    if not (is_new or changes):
        return stored
    _refuse_beyond_own(stored, values, actor)
    _apply(stored, values)
    touch(stored)
    verb = "added" if is_new else "changed"
    record(action=f"{_noun(stored)}:{verb}", subject=stored, actor=actor, changes=changes)
    return stored


def lock_setup(row: Setup, revision: int | None) -> Setup:
    """The current row, locked; raises ChangedMeanwhileError when its revision is not the one seen."""
    stored: Setup = type(row).objects.select_for_update().get(pk=row.pk)
    if revision is not None and stored.revision != revision:
        raise ChangedMeanwhileError("Someone else saved this while you were editing. Your changes were not saved.")
    return stored


def touch(row: SetupModel) -> None:
    """Saves the row as its next revision."""
    row.revision += 1
    row.updated_at = clock.now()
    row.save()


def _refuse_beyond_own(row: SetupModel, values: Mapping[str, Any], actor: User | None) -> None:
    """Otherwise someone who may not send personal data could do so by flipping one switch."""
    switched_on = values.get("allow_restricted_pii") and not getattr(row, "allow_restricted_pii", False)
    ruled_anew = row.pk is not None and "access" in values and values["access"] != getattr(row, "access", "")
    if actor is None or not (switched_on or ruled_anew):
        return
    if access_of(actor, Tenant.objects.get(pk=require_tenant_id())).restricted_pii:
        raise BeyondOwnError(
            "Only someone who may see personal data can let people with Restrict PII access send it. "
            "Nothing was saved."
        )


def _apply(row: SetupModel, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.claim_for_active_tenant()
    claim_names(type(row))
    row.validate_constraints()


def _changes(row: SetupModel, values: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """Old and new values of changed fields, empty if none changed; for a new row, its values."""
    if is_new:
        return {name: _plain(value) for name, value in values.items() if value is not None and value != ""}
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    before = {name: _plain(getattr(row, name), hidden_as="hidden") for name in changed}
    return {"before": before, "after": {name: _plain(values[name]) for name in changed}} if changed else {}


def _plain(value: Any, *, hidden_as: str = "replaced") -> Any:
    if isinstance(value, Secret):
        return hidden_as
    return str(value) if isinstance(value, SetupModel) else value


def _noun(row: SetupModel) -> str:
    return str(row._meta.verbose_name).replace(" ", "_")
