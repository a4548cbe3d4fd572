from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.hubspot.settings import HubSpotSettings
from destinations.plugins import CredentialKind
from destinations.services.credentials import CredentialDraft, connect_account
from destinations.services.destinations import DestinationDraft, add_destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from destinations.models import Credential, Destination
    from tenants.models import Tenant
    from tests.cast import Cast
    from tests.sandbox import Sandbox


@pytest.fixture
def operator(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("datagrid_operator")


@pytest.fixture
def credential(acme: Tenant, cast: Cast, sandbox: Sandbox) -> Credential:
    draft = CredentialDraft(name="Account", kind=CredentialKind.PRIVATE_APP_TOKEN, token=sandbox.token)
    return connect_account(draft=draft, actor=cast["datagrid_operator"])


@pytest.fixture
def destination(credential: Credential, cast: Cast) -> Destination:
    draft = DestinationDraft(name="Marketing", credential=credential, settings=HubSpotSettings())
    return add_destination(draft=draft, actor=cast["datagrid_operator"])
