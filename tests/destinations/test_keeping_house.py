"""What is old goes after the days that the tenant chose; credentials are tried once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.models import Invitation
from customer360 import storage
from customer360.models import Import
from destinations.delivery import files
from destinations.delivery.models import Delivery, Slice
from destinations.encryption import Secret
from destinations.models import AccountFields, Credential, Destination
from destinations.services.nightly import check_credentials
from notifications.models import Kind, Notification
from runtime import clock
from tenants import keeping
from tenants.models import Retention
from tenants.scope import NO_SCOPE, _entered
from tests.campaigns.office import email_of
from tests.destinations.orchestrations.studio import CUSTOMERS, Studio

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox

DAY = timedelta(days=1)


def days_ago(days: int) -> datetime:
    return clock.now() - days * DAY


def keep_house(chore: Callable[[], None]) -> None:
    """As beat does it: in no tenant's scope.

    A new context would do the same, but beside a browser's event loop it has database connections of its own.
    """
    with _entered(NO_SCOPE):
        chore()


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_evidence_of_a_delivery_goes_after_400_days_and_its_counts_stay(
    transactional_db: None, cast: Cast, acme: Tenant, sandbox: Sandbox, folder: Path
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    studio = Studio.open(cast["datagrid_operator"], sandbox.account)
    counts = studio.run(studio.orchestration()).counts
    delivery = Delivery.objects.get()
    kept = files.path_of(delivery.outcomes_file)
    Delivery.objects.update(finished_at=days_ago(399))
    keep_house(keeping.remove_what_is_old)
    assert kept.exists()
    Delivery.objects.update(finished_at=days_ago(401))
    keep_house(keeping.remove_what_is_old)
    keep_house(keeping.remove_what_is_old)
    assert not kept.exists()
    assert not kept.parent.exists()
    delivery.refresh_from_db()
    assert (delivery.outcomes_file, delivery.tally, Slice.objects.count()) == ("", counts, 0)


def test_a_tenant_may_keep_less(acme: Tenant, cast: Cast) -> None:
    told = Notification.objects.create(
        recipient=cast["ampiq_user"],
        topic="delivery",
        thread="a",
        kind=Kind.COMPLETED,
        title="Done",
        changed_at=days_ago(10),
    )
    keep_house(keeping.remove_what_is_old)
    assert Notification.objects.filter(pk=told.pk).exists()
    Retention.objects.create(kind=Retention.Kind.NOTIFICATIONS, days=9)
    keep_house(keeping.remove_what_is_old)
    assert not Notification.objects.filter(pk=told.pk).exists()


def test_rejects_and_old_invitations_go(acme: Tenant, folder: Path) -> None:
    report = storage.import_folder(1) / "rejects.parquet"
    report.write_bytes(b"x")
    kept = Import.objects.create(
        file_name="a.csv", upload="u", spec_data={}, rejects=storage.name_of(report), finished_at=days_ago(31)
    )
    Invitation.objects.create(
        email="a@example.com", secret_hash="x", policies=[], options=[], expires_at=days_ago(31)
    )
    keep_house(keeping.remove_what_is_old)
    kept.refresh_from_db()
    assert (report.exists(), kept.rejects, Invitation.objects.count()) == (False, "", 0)


def test_a_credential_that_was_withdrawn_is_found_before_a_send_needs_it(
    acme: Tenant, cast: Cast, sandbox: Sandbox
) -> None:
    good = connected("Good", sandbox.account.token)
    gone = connected("Gone", "pat-na1-00000000-0000-0000-0000-000000000000")
    lately = connected("Lately", "pat-na1-11111111-0000-0000-0000-000000000000", checked_at=clock.now())
    Destination.objects.create(name="Marketing", credential=good)
    keep_house(check_credentials)
    assert [kept.credential for kept in AccountFields.objects.all()] == [good]
    assert [each.status for each in refreshed(good, gone, lately)] == ["connected", "reauthorise", "connected"]
    assert good.checked_at is not None


def connected(name: str, token: str, **values: object) -> Credential:
    return Credential.objects.create(
        name=name,
        kind="private_app_token",
        secret=Secret.seal({"token": token}),
        status=Credential.Status.CONNECTED,
        **values,
    )


def refreshed(*credentials: Credential) -> list[Credential]:
    for credential in credentials:
        credential.refresh_from_db()
    return list(credentials)
