from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2Widget,
    UnfoldBooleanSwitchWidget,
)

from destinations.delivery.specs import ForeignMembers, Guards
from destinations.forms.setup import TestedForm
from destinations.models import Destination
from destinations.plugins import plugin, plugin_choices
from destinations.services.destinations import (
    DestinationDraft,
    needs_test,
    save_destination,
    verify_connection,
)

if TYPE_CHECKING:
    from accounts.models import User
    from destinations.settings import DestinationSettings

MOST_CALLS = 100_000_000


def switch(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=UnfoldBooleanSwitchWidget())


def number(label: str, help_text: str, *, least: int, most: int, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        required=required,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class DestinationForm(TestedForm[Destination]):
    plugin_key = forms.ChoiceField(
        label="Plugin",
        choices=plugin_choices,
        initial="hubspot",
        widget=UnfoldAdminSelect2Widget(),
        help_text="Start typing to filter, such as “hub”.",
    )
    audience_key = forms.CharField(
        label="Audience primary key",
        initial="email",
        disabled=True,
        required=False,
        help_text="By which customers are found there.",
    )
    create_new_contacts = switch(
        "Create new contacts?",
        "Off: only contacts that exist are updated, and the report names customers that were not found.",
    )
    foreign_members = forms.ChoiceField(
        label="Members not added by Muster",
        choices=[
            (ForeignMembers.REMOVE.value, "Remove: the list matches the audience"),
            (ForeignMembers.KEEP.value, "Keep: whom somebody else put there stays"),
        ],
        initial=ForeignMembers.REMOVE.value,
        widget=UnfoldAdminRadioSelectWidget(),
    )
    empty_audience = switch("Hold an empty audience", "A send that would empty the list waits for a person.")
    max_change_percent = number(
        "Hold above this change, in percent",
        "A send that adds and removes more than this share of the last one waits for a person. Empty: never.",
        least=1,
        most=100,
    )
    max_removals = number(
        "Hold above this many removals",
        "A send that takes off more than this waits for a person. Empty: never.",
        least=0,
        most=MOST_CALLS,
    )
    guard_daily_calls = switch(
        "Hold what does not fit into the day",
        "A send that needs more calls than the account has left today waits.",
    )
    quota_share = number(
        "Share of the account's calls, in percent",
        "The rest stays free for other apps of the account.",
        least=1,
        most=100,
        required=True,
    )
    daily_calls = number(
        "Calls a day",
        "For OAuth, HubSpot does not tell how many calls the account has: what Muster may use of them a day."
        " Empty: no limit of ours.",
        least=1,
        most=MOST_CALLS,
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
                "Amp360 and AmpIQ Users can see it and send to it. Off: a data template can still let them in."
            ),
            "allow_restricted_pii": "They can send personal data here that they can't see.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {**self._stored_settings(), **self.initial}
        self.freeze("plugin_key")

    def _stored_settings(self) -> dict[str, Any]:
        """The settings as the form's fields; those of a new destination are the defaults."""
        key = self.stored.plugin_key if self.stored else "hubspot"
        settings = self.stored.connector_settings() if self.stored else plugin(key).settings_model()
        return {
            "create_new_contacts": settings.create_new_contacts,
            "foreign_members": settings.foreign_members.value,
            "quota_share": settings.quota_share,
            "daily_calls": settings.daily_calls,
            "empty_audience": settings.guards.empty_audience,
            "max_change_percent": settings.guards.max_change_percent,
            "max_removals": settings.guards.max_removals,
            "guard_daily_calls": settings.guards.daily_calls,
        }

    @property
    def settings(self) -> DestinationSettings:
        entered = self.cleaned_data
        return plugin(entered["plugin_key"]).settings_model(
            create_new_contacts=entered["create_new_contacts"],
            foreign_members=entered["foreign_members"],
            quota_share=entered["quota_share"],
            daily_calls=entered["daily_calls"],
            guards=Guards(
                empty_audience=entered["empty_audience"],
                max_change_percent=entered["max_change_percent"],
                max_removals=entered["max_removals"],
                daily_calls=entered["guard_daily_calls"],
            ),
        )

    @property
    def draft(self) -> DestinationDraft:
        entered = self.cleaned_data
        return DestinationDraft(
            name=entered["name"],
            description=entered["description"],
            plugin_key=entered["plugin_key"],
            credential=entered["credential"],
            settings=self.settings,
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
