from __future__ import annotations

from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from tenants.errors import TenantScopeError
from tenants.querysets import TenantManager
from tenants.scope import require_tenant_id


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        message = "“%(name)s” is not a time zone. Use a name such as Europe/London."
        raise ValidationError(message, params={"name": name})


class Tenant(models.Model):
    """One brand. A global table: what it owns is in tables with row-level security."""

    slug = models.SlugField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Use small letters, digits and hyphens.")],
    )
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    currency = models.CharField(max_length=3, default="USD", help_text="Three letters, as in ISO 4217.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class TenantModel(models.Model):
    """A row that one tenant owns. The migration that creates its table protects it: `ProtectTenantTable`."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False)
    tenant_id: int

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.claim_for_active_tenant()
        super().save(*args, **kwargs)

    def claim_for_active_tenant(self) -> None:
        """Assigns the row to the active tenant, or refuses it; the database would refuse it as well."""
        tenant_id = require_tenant_id()
        if not self.tenant_id:
            self.tenant_id = tenant_id
        elif self.tenant_id != tenant_id:
            message = f"This {self._meta.verbose_name} belongs to another tenant."
            raise TenantScopeError(message)


class Retention(TenantModel):
    """How many days this tenant keeps a kind of thing; without a row the installation's default applies."""

    class Kind(models.TextChoices):
        QUERY_RESULTS = "query_results", "Results of queries"
        DELIVERY_EVIDENCE = "delivery_evidence", "Evidence of deliveries: who was sent, and what became of it"
        IMPORT_REJECTS = "import_rejects", "Reports of rows that imports left out"
        NOTIFICATIONS = "notifications", "Notifications"
        INVITATIONS = "invitations", "Invitations that nobody accepted"

    kind = models.CharField(max_length=20, choices=Kind)
    days = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(3650)])

    class Meta:
        ordering = ["kind"]
        verbose_name = "retention"
        verbose_name_plural = "retention"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind"],
                name="one_retention_per_kind",
                violation_error_message="There is a setting for this already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.days} days"
