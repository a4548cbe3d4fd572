from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from campaigns.audience.assignment import WHOLE
from campaigns.drafts import DEFAULT_CONTROL, CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.errors import CampaignDraftError
from campaigns.services.editing import create_campaign

if TYPE_CHECKING:
    from accounts.models import User
    from campaigns.models import Campaign

TREATMENT, CONTROL = "Treatment", "Control"


class NewCampaignForm(forms.Form):
    """Only the name is needed: the editor has the rest. One that is too long is refused, never cut."""

    name = forms.CharField(
        label="Campaign name",
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off", "placeholder": "Autumn win-back"}),
        help_text="Together with the treatment's name, it names the list in HubSpot.",
    )

    def save(self, actor: User) -> Campaign | None:
        """None when it can't be made: the form says why."""
        try:
            return create_campaign(draft=first_draft(self.cleaned_data["name"]), actor=actor)
        except CampaignDraftError as error:
            for problem in error.problems:
                self.add_error(problem.field if problem.field in self.fields else None, problem.message)
            return None


def first_draft(name: str) -> CampaignDraft:
    """Everybody in one treatment, except for a control group."""
    groups = (
        GroupDraft(TREATMENT, WHOLE - DEFAULT_CONTROL),
        GroupDraft(CONTROL, DEFAULT_CONTROL, is_control=True),
    )
    return CampaignDraft(name=name, include=(), exclude=(), sub_audiences=(SubAudienceDraft(groups=groups),))
