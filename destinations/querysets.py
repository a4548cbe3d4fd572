"""Who may see and use which destination. A person who may not see one can't list, count, guess or post it:
every lookup on their behalf starts from `visible_to`.

* * Business users see what is open to them, through the destination or a template that sets its own access.
* * People with Restrict PII access, operators included, see only what allows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Exists, OuterRef, Q

from tenants.querysets import Row, TenantQuerySet

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.access import Access


def needed_permissions(access: Access) -> list[str]:
    """The switches that must be on for this person; none for an operator who may see PII."""
    business_user = not access.can("admin:view")
    switches = {"allow_business_users": business_user, "allow_restricted_pii": access.restricted_pii}
    return [name for name, needed in switches.items() if needed]


class CredentialQuerySet(TenantQuerySet[Row]):
    def with_usage(self, access: Access) -> Self:
        """Adds how many destinations visible to this person use it."""
        from destinations.models import Destination

        seen = Q(destinations__in=Destination.objects.visible_to(access))
        return self.annotate(destination_count=Count("destinations", filter=seen))


class DestinationQuerySet(TenantQuerySet[Row]):
    def visible_to(self, access: Access) -> Self:
        if not access.can("destination:view"):
            return self.none()
        from destinations.models import DataTemplate

        needed = needed_permissions(access)
        if not needed:
            return self.all()
        own_rule = Q(**dict.fromkeys(needed, True))
        open_templates = DataTemplate.objects.open_to(access).filter(destination=OuterRef("pk"))
        return self.filter(own_rule | Exists(open_templates))

    def ids_open_to(self, access: Access) -> QuerySet[Any] | None:
        """The visible ids; None for people who may see all, including sends to deleted ones."""
        sees_all = access.can("destination:view") and not needed_permissions(access)
        return None if sees_all else self.visible_to(access).values("pk")

    def with_usage(self, access: Access) -> Self:
        """Adds how many data templates visible to this person belong to it."""
        from destinations.models import DataTemplate

        seen = Q(templates__in=DataTemplate.objects.visible_to(access))
        return self.annotate(template_count=Count("templates", filter=seen))


class DataTemplateQuerySet(TenantQuerySet[Row]):
    def visible_to(self, access: Access) -> Self:
        if not (access.can("destination:view") and access.can("data_template:view")):
            return self.none()
        return self.open_to(access)

    def open_to(self, access: Access) -> Self:
        """Templates whose switches, their own or the destination's, let this person in."""
        return self.filter(*(_switched_on(name) for name in needed_permissions(access)))

    def ids_open_to(self, access: Access) -> QuerySet[Any] | None:
        """The open ids; None for people who may see all, including sends with deleted ones."""
        if not access.can("destination:view"):
            return self.none().values("pk")
        return self.open_to(access).values("pk") if needed_permissions(access) else None

    def for_campaigns(self) -> Self:
        return self.filter(available_to_campaigns=True)

    def for_orchestrations(self) -> Self:
        return self.filter(available_to_orchestrations=True)

    def with_access(self) -> Self:
        """Loads the destination with each row, so that no access rule costs a query per row."""
        return self.select_related("destination", "destination__credential")


def _switched_on(name: str) -> Q:
    inherited = Q(access="inherited") & Q(**{f"destination__{name}": True})
    return inherited | Q(access="own") & Q(**{name: True})
