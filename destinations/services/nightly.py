"""Tests each credential once a day, before a send needs it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db.models import Q

from destinations.delivery.errors import DestinationError
from destinations.errors import SetupError
from destinations.models import Credential
from destinations.services.account_fields import refresh_account_fields
from destinations.services.credentials import check_credential
from destinations.services.tokens import access_token
from runtime import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECKED_EVERY = timedelta(hours=20)

log = structlog.get_logger(__name__)


def check_credentials() -> None:
    """Tests every tenant's connected credentials not tested since yesterday; operators are told of a refusal.

    Also rereads the properties of accounts in use, so that a mapping that no longer fits is noticed before a send
    fails. An account that can't be reached now is asked again in the next round.
    """
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            for credential in _due():
                _check(credential)


def _due() -> Iterable[Credential]:
    not_lately = Q(checked_at=None) | Q(checked_at__lt=clock.now() - CHECKED_EVERY)
    found: Iterable[Credential] = Credential.objects.filter(not_lately, status=Credential.Status.CONNECTED)
    return found


def _check(credential: Credential) -> None:
    try:
        check_credential(credential=credential, token=access_token(credential))
        if credential.destinations.exists():
            refresh_account_fields(credential)
    except (DestinationError, SetupError) as error:
        log.warning("credential_check_failed", credential_id=credential.pk, reason=type(error).__name__)
