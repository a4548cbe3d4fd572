from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tenants.querysets import TenantQuerySet

if TYPE_CHECKING:
    from django.db.models import Model

    from audit.models import AuditEvent  # noqa: F401  names the rows below


class AuditEventQuerySet(TenantQuerySet["AuditEvent"]):
    def about(self, subject: Model) -> Self:
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
