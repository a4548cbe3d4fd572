"""HubSpot's connector keeps the contract of all connectors, against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from destinations.delivery.specs import AccountRef, ConnectorSettings
from destinations.encryption import Secret
from destinations.models import Credential
from tests.destinations.contract import ConnectorContract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenants.models import Tenant
    from tests.sandbox import Sandbox

CREATE, ANYTHING = "*/batch/create", "*"


class SandboxLab:
    """An empty HubSpot account in the sandbox."""

    text_field = "city"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        credential = Credential.objects.create(
            name="HubSpot",
            kind="private_app_token",
            secret=Secret.seal({"token": sandbox.token}),
            status=Credential.Status.CONNECTED,
            portal_id=sandbox.account.portal,
            app_id="app",
        )
        account = AccountRef(kind="hubspot", account=str(sandbox.account.portal), app="app")
        self.settings = ConnectorSettings(account=account, credential=credential.pk, destination="HubSpot")

    def has(self, *emails: str) -> list[str]:
        return self._sandbox.add_contacts(*emails)

    def forget(self, external_id: str) -> None:
        self._sandbox.archive(external_id)

    def members(self, name: str) -> list[str]:
        return self._sandbox.members(name)

    def set_members(self, name: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        self._sandbox.change_members(name, add=add, remove=remove)

    def values(self, email: str) -> dict[str, Any]:
        values: dict[str, Any] = self._sandbox.state()["contacts"][email]["properties"]
        return values

    def everybody(self) -> list[str]:
        return sorted(self._sandbox.state()["contacts"])

    def lose_next_answer_to_a_creation(self) -> None:
        self._sandbox.fault("reset_after", path=CREATE)

    def answer_nothing(self, *, calls: int) -> None:
        self._sandbox.fault("reset_before", path=ANYTHING, count=calls)

    def refuse_the_credential(self) -> None:
        self._sandbox.fault("unauthorised", path=ANYTHING, count=0)


@pytest.mark.django_db
class TestHubSpotConnector(ConnectorContract):
    @pytest.fixture
    def lab(self, acme: Tenant, sandbox: Sandbox) -> SandboxLab:
        return SandboxLab(sandbox)
