"""People and the audit have pages of their own; the admin's side bar leads there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError

from accounts.admin_forms import WatchfulForm
from accounts.admin_site import Link, Section, site
from accounts.model_admin import WatchfulModelAdmin
from tenants.keeping import usual_days
from tenants.models import Retention

PAGES = (
    Link(label="Users", url_name="users:list", icon="group", action="user:view", section=Section.PEOPLE),
    Link(label="Policies", url_name="users:policies", icon="policy", action="user:view", section=Section.PEOPLE),
    Link(label="Audit", url_name="audit", icon="history", action="audit:view", section=Section.PEOPLE),
)
for page in PAGES:
    site.add_link(page)


class RetentionForm(WatchfulForm):
    watched: ClassVar = {"kind": "Kind", "days": "Days"}

    class Meta:
        model = Retention
        fields = ("kind", "days")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = [f"{kind.label.partition(':')[0]}: {days} days" for kind, days in usual_days().items()]
        if days := self.fields.get("days"):  # people who may only view have no fields
            days.help_text = f"Without a setting of your own. {'. '.join(usual)}."

    def clean_kind(self) -> str:
        """Django does not validate the tenant field, and therefore not the constraint that includes it."""
        kind: str = self.cleaned_data["kind"]
        if Retention.objects.filter(kind=kind).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a setting for this already: change that one.")
        return kind


@admin.register(Retention, site=site)
class RetentionAdmin(WatchfulModelAdmin):
    """What is kept for a number of days other than the default."""

    view_action = "health:view"
    manage_action = "table:manage"
    section = Section.DATA
    icon = "auto_delete"
    when_empty = "Everything is kept for its usual number of days, until you say otherwise here."
    order = 90
    form = RetentionForm
    list_display = ("kind", "days")
