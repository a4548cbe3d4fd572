from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from destinations.errors import SecretUnreadableError
from destinations.services.credentials import reseal_credentials
from tenants.models import Tenant
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Encrypt every credential again with the newest key of MUSTER_CREDENTIAL_KEYS; then old keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        for tenant in Tenant.objects.all():
            with tenant_scope(tenant):
                count = self._reseal(tenant)
            self.stdout.write(f"{tenant.slug}: {count} credentials under the newest key")

    def _reseal(self, tenant: Tenant) -> int:
        try:
            return reseal_credentials()
        except SecretUnreadableError as error:
            raise CommandError(f"{tenant.slug}: {error.message}") from error
