from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from destinations.encryption import EncryptedJSONField
from destinations.list_names import leaves_open_for_orchestrations, preview
from destinations.mappings import COLUMN_MAPPINGS, ColumnMapping
from destinations.orchestrations import models as _orchestrations  # noqa: F401  Django looks for an app's models here
from destinations.plugins import ACCOUNT_FIELDS, AccountField, CredentialKind, Plugin, plugin, plugin_choices
from destinations.querysets import CredentialQuerySet, DataTemplateQuerySet, DestinationQuerySet
from destinations.schedules.models import Occurrence  # noqa: F401  Django looks for an app's models here
from runtime import clock
from tenants.fields import TenantForeignKey, TenantOneToOneField
from tenants.models import TenantModel
from tenants.querysets import TenantManager

if TYPE_CHECKING:
    from destinations.plugins import ScopeNeed
    from destinations.settings import DestinationSettings


class SetupModel(TenantModel):
    """Something operators set up. `revision` reveals a form opened before someone else's save."""

    name = models.CharField(max_length=120)
    description = models.TextField(max_length=1000, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True
        ordering = [Lower("name")]

    def __str__(self) -> str:
        return self.name


class Credential(SetupModel):
    """How to sign in to a destination's account. The secret is sealed and never leaves the server."""

    class Status(models.TextChoices):
        NOT_CONNECTED = "not_connected", "Not connected"
        CONNECTED = "connected", "Connected"
        REAUTHORISE = "reauthorise", "Reauthorise"

    plugin_key = models.CharField("plugin", max_length=40, choices=plugin_choices, default="hubspot")
    kind = models.CharField("type", max_length=20, choices=CredentialKind.choices, default=CredentialKind.OAUTH)
    secret = EncryptedJSONField()
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NOT_CONNECTED, editable=False)
    app_id = models.CharField(max_length=60, blank=True, editable=False)
    portal_id = models.BigIntegerField("account", null=True, blank=True, editable=False)
    scopes = models.JSONField(default=list, blank=True, editable=False)
    time_zone = models.CharField(max_length=64, default="UTC", editable=False)
    ui_domain = models.CharField(max_length=100, blank=True, editable=False)
    # Who granted it at the destination, if known; then who asked for it here.
    granted_by = models.CharField(max_length=254, blank=True, editable=False)
    connected_by = models.CharField(max_length=254, blank=True, editable=False)
    connected_at = models.DateTimeField(null=True, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.CharField(max_length=60, blank=True, editable=False)

    objects: ClassVar = TenantManager.from_queryset(CredentialQuerySet)()

    class Meta(SetupModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="credential_name",
                violation_error_message="There is a credential with this name already.",
            )
        ]

    @property
    def plugin(self) -> Plugin:
        return plugin(self.plugin_key)

    @property
    def is_connected(self) -> bool:
        return self.status == self.Status.CONNECTED

    def missing_scopes(self) -> list[ScopeNeed]:
        return [need for need in self.plugin.accounts.scope_needs if need.scope not in self.scopes]


class AuthorisationRequest(TenantModel):
    """One link with which someone with access to the account connects a credential; valid once, for a while."""

    credential = TenantForeignKey(Credential, models.CASCADE, related_name="authorisation_requests")
    nonce = models.CharField(max_length=64, unique=True)
    # No constraint: people are deleted outside any tenant, where this row is invisible.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class AccountFields(TenantModel):
    """The fields of a credential's account as last read, so that forms need no call."""

    credential = TenantOneToOneField(Credential, models.CASCADE, related_name="account_fields")
    fields = models.JSONField(default=list)
    read_at = models.DateTimeField(default=clock.now)

    def all(self) -> list[AccountField]:
        return ACCOUNT_FIELDS.validate_python(self.fields)

    def by_name(self) -> dict[str, AccountField]:
        return {field.name: field for field in self.all()}


class Destination(SetupModel):
    """An account of a plugin that audiences can be sent to, and who may use it."""

    class Status(models.TextChoices):
        TESTED = "tested", "Tested"
        NOT_TESTED = "not_tested", "Not tested"

    plugin_key = models.CharField("plugin", max_length=40, choices=plugin_choices, default="hubspot")
    credential = TenantForeignKey(Credential, models.PROTECT, related_name="destinations")
    settings = models.JSONField(default=dict, editable=False)
    allow_business_users = models.BooleanField("Allow business users access to this destination", default=False)
    allow_restricted_pii = models.BooleanField(
        "Allow users with restricted access to PII to use this destination", default=False
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NOT_TESTED, editable=False)
    tested_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = TenantManager.from_queryset(DestinationQuerySet)()

    class Meta(SetupModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "tenant",
                Lower("name"),
                name="destination_name",
                violation_error_message="There is a destination with this name already.",
            )
        ]

    @property
    def plugin(self) -> Plugin:
        return plugin(self.plugin_key)

    @property
    def standing(self) -> str:
        """Whether it can be sent to, in a word: the credential's state if that prevents sending."""
        if not self.credential.is_connected:
            return str(self.credential.get_status_display())
        return "Connected" if self.status == self.Status.TESTED else "Not tested"

    def connector_settings(self) -> DestinationSettings:
        """The settings as the plugin's own class; raises pydantic's ValidationError when they no longer fit."""
        return self.plugin.settings_model.model_validate(self.settings)


class DataTemplate(SetupModel):
    """How columns become fields at the destination, and in what form an audience lands there."""

    class AccessRule(models.TextChoices):
        INHERITED = "inherited", "As the destination"
        OWN = "own", "Set here"

    class LandsAs(models.TextChoices):
        LIST = "list", "Contact list"
        STATUS_PROPERTY = "status_property", "Audience status property"
        BOTH = "both", "Contact list and audience status property"

    destination = TenantForeignKey(Destination, models.PROTECT, related_name="templates")
    available_to_orchestrations = models.BooleanField("Available to orchestrations", default=True)
    available_to_campaigns = models.BooleanField("Available to campaigns", default=False)
    access = models.CharField(max_length=10, choices=AccessRule.choices, default=AccessRule.INHERITED)
    allow_business_users = models.BooleanField("Allow business users access to this data template", default=False)
    allow_restricted_pii = models.BooleanField(
        "Allow users with restricted access to PII to use this data template", default=False
    )
    lands_as = models.CharField(max_length=20, choices=LandsAs.choices, default=LandsAs.LIST)
    list_name = models.CharField(max_length=500, blank=True)
    property_name = models.CharField(max_length=500, blank=True)
    mapping = models.JSONField(default=list, editable=False)

    objects: ClassVar = TenantManager.from_queryset(DataTemplateQuerySet)()

    class Meta(SetupModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "destination",
                Lower("name"),
                name="data_template_name",
                violation_error_message="This destination has a data template with this name already.",
            )
        ]

    @property
    def lands_as_list(self) -> bool:
        return self.lands_as in {self.LandsAs.LIST, self.LandsAs.BOTH}

    @property
    def lands_as_property(self) -> bool:
        return self.lands_as in {self.LandsAs.STATUS_PROPERTY, self.LandsAs.BOTH}

    @property
    def open_names(self) -> frozenset[str]:
        """The names that an orchestration using it must give, by field."""
        landing = {"list_name": self.lands_as_list, "property_name": self.lands_as_property}
        return frozenset(
            name
            for name, wanted in landing.items()
            if wanted and leaves_open_for_orchestrations(getattr(self, name))
        )

    @property
    def audience(self) -> str:
        """Who may use it, in words."""
        uses = {"campaigns": self.available_to_campaigns, "orchestrations": self.available_to_orchestrations}
        return " and ".join(name for name, available in uses.items() if available) or "nothing yet"

    @property
    def list_name_example(self) -> str:
        return preview(self.list_name)

    def column_mappings(self) -> list[ColumnMapping]:
        return COLUMN_MAPPINGS.validate_python(self.mapping)


class DefaultAttribute(TenantModel):
    """An attribute sent to a destination whenever it is assigned to a treatment group, unless changed there."""

    destination = TenantForeignKey(Destination, models.CASCADE, related_name="default_attributes")
    source_table = models.CharField(max_length=120, default="Merged_Customers")
    source_attribute = models.CharField(max_length=200)
    destination_attribute = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                "destination",
                Lower("destination_attribute"),
                name="default_attribute_once",
                violation_error_message="Another default attribute goes to the same destination attribute.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_table}.{self.source_attribute} → {self.destination_attribute}"
