from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminSelect2Widget

from destinations.forms import plugin_settings
from destinations.forms.setup import TestedForm
from destinations.models import Destination
from destinations.plugins import chosen_plugin, plugin_choices
from destinations.services.destinations import (
    DestinationDraft,
    needs_test,
    save_destination,
    verify_connection,
)

if TYPE_CHECKING:
    from accounts.models import User


class DestinationForm(TestedForm[Destination]):
    plugin_key = forms.ChoiceField(
        label="Plugin",
        choices=plugin_choices,
        initial="hubspot",
        widget=UnfoldAdminSelect2Widget(),
        help_text="Start typing to filter, such as “hub”.",
    )

    class Meta:
        model = Destination
        fields = (
            "name",
            "description",
            "plugin_key",
            "credential",
            "allow_business_users",
            "allow_restricted_pii",
        )
        help_texts = {
            "name": "Business users choose it by this name.",
            "credential": "How to sign in to the account: an existing one, or a new one.",
            "allow_business_users": (
                "Amp360 and AmpIQ Users can see it and send to it. Off: a data template can still give access."
            ),
            "allow_restricted_pii": "They can send personal data here, although they can't see it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entered = self.data.get(self.add_prefix("plugin_key")) or self.initial.get("plugin_key")
        self.plugin = self.stored.plugin if self.stored else chosen_plugin(entered)
        self.fields.update(plugin_settings.form_fields(self.plugin.settings_model))
        stored = self.stored.connector_settings() if self.stored else self.plugin.settings_model()
        self.initial = {**plugin_settings.initial(stored), **self.initial}
        self.freeze("plugin_key")
        self._offer_credentials()

    def _offer_credentials(self) -> None:
        """Offers the plugin's credentials; the field does not exist for people who may only view."""
        if "credential" in self.fields:
            offered: Any = self.fields["credential"]
            offered.queryset = offered.queryset.filter(plugin_key=self.plugin.key)

    @property
    def draft(self) -> DestinationDraft:
        entered = self.cleaned_data
        return DestinationDraft(
            name=entered["name"],
            description=entered["description"],
            plugin_key=entered["plugin_key"],
            credential=entered["credential"],
            settings=plugin_settings.written(self.plugin.settings_model, entered),
            allow_business_users=entered["allow_business_users"],
            allow_restricted_pii=entered["allow_restricted_pii"],
        )

    def check(self) -> None:
        self.tested = False
        if needs_test(self.draft, self.stored):
            verify_connection(self.draft)
        self.tested = True

    def store(self, actor: User) -> Destination:
        return save_destination(
            draft=self.draft,
            tested=self.tested,
            destination=self.stored,
            revision=self.cleaned_data["seen_revision"],
            actor=actor,
        )
