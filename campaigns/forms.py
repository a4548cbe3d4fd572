from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms

from campaigns.assignment import WHOLE
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import Direction
from destinations.models import DataTemplate
from segments.models import Segment
from ui.forms import ChipSelect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.access import Access
    from campaigns.errors import CampaignDraftError
    from campaigns.models import Campaign, SubAudience, TreatmentGroup

MOST_CONTROL = Decimal(90)
DEFAULT_CONTROL = Decimal(10)
CONTROL = "Control"


class PercentInput(forms.NumberInput):
    """A share without zeros that say nothing: 10, 12.5."""

    def format_value(self, value: Any) -> str | None:
        text: str | None = super().format_value(value)
        return text.rstrip("0").rstrip(".") if text and "." in text else text


class TemplateField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Destinations, each by a data template through which this person may send."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.destination} · {obj}"


class CampaignForm(forms.Form):
    """The editor of a campaign with one sub-audience: everybody, in one treatment and perhaps a control group."""

    name = forms.CharField(label="Campaign name", max_length=120)
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    include: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        widget=ChipSelect(placeholder="Add a segment…"),
        help_text="Customers who are in at least one of these.",
    )
    exclude: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        widget=ChipSelect({"data-chip-kind": "not"}, placeholder="Add a segment…"),
        help_text="Whoever is in one of these is left out.",
    )
    treatment_name = forms.CharField(
        max_length=80, initial="Treatment", help_text="With the campaign it names the list at the destination."
    )
    control_percent = forms.DecimalField(
        label="Control group, percent",
        min_value=Decimal(0),
        max_value=MOST_CONTROL,
        max_digits=4,
        decimal_places=2,
        initial=DEFAULT_CONTROL,
        widget=PercentInput({"step": "any"}),
        help_text="Never sent, to compare with. 0 for none.",
    )
    data_templates = TemplateField(
        queryset=None, required=False, label="Destinations", widget=forms.CheckboxSelectMultiple
    )
    launch_date = forms.DateField(
        label="Campaign launch date",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Used to measure results only.",
    )

    def __init__(self, data: Any = None, *, access: Access, campaign: Campaign | None = None) -> None:
        super().__init__(data, initial=_answers(campaign) if campaign else None)
        self.campaign = campaign
        active = Segment.objects.active().order_by("name")
        templates = DataTemplate.objects.visible_to(access).for_campaigns().select_related("destination")
        self._choose_from({"include": active, "exclude": active, "data_templates": templates})

    def _choose_from(self, querysets: Mapping[str, Any]) -> None:
        for name, queryset in querysets.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  for the type checker
            field.queryset = queryset

    def draft(self) -> CampaignDraft:
        """The campaign as it is asked for; call it on a valid form."""
        answers = self.cleaned_data
        return CampaignDraft(
            name=answers["name"],
            include=tuple(answers["include"]),
            exclude=tuple(answers["exclude"]),
            sub_audiences=(self._everybody(),),
            launch_date=answers["launch_date"],
        )

    def add_problems(self, error: CampaignDraftError) -> None:
        """Shows each problem at the field that has to change."""
        for problem in error.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)

    def _everybody(self) -> SubAudienceDraft:
        sub_audience = _only_sub_audience(self.campaign)
        groups = list(sub_audience.groups.all()) if sub_audience else []
        return SubAudienceDraft(groups=self._groups(groups), id=sub_audience.pk if sub_audience else None)

    def _groups(self, groups: list[TreatmentGroup]) -> tuple[GroupDraft, ...]:
        answers = self.cleaned_data
        control = answers["control_percent"]
        treatment = GroupDraft(
            name=answers["treatment_name"],
            percent=WHOLE - control,
            data_templates=tuple(answers["data_templates"]),
            id=_id_of(groups, is_control=False),
        )
        if not control:
            return (treatment,)
        return treatment, GroupDraft(CONTROL, control, is_control=True, id=_id_of(groups, is_control=True))


def _answers(campaign: Campaign) -> dict[str, Any]:
    sub_audience = _only_sub_audience(campaign)
    groups = list(sub_audience.groups.all()) if sub_audience else []
    treatment = next((group for group in groups if not group.is_control), None)
    chosen = {
        direction: [link.segment_id for link in campaign.campaign_segments.all() if link.direction == direction]
        for direction in Direction
    }
    return {
        "name": campaign.name,
        "revision": campaign.revision,
        "include": chosen[Direction.INCLUDE],
        "exclude": chosen[Direction.EXCLUDE],
        "treatment_name": treatment.name if treatment else "",
        "control_percent": sum((group.percent for group in groups if group.is_control), Decimal(0)),
        "data_templates": [each.data_template_id for each in treatment.destinations.all()] if treatment else [],
        "launch_date": campaign.launch_date,
    }


def _only_sub_audience(campaign: Campaign | None) -> SubAudience | None:
    return campaign.sub_audiences.first() if campaign else None


def _id_of(groups: list[TreatmentGroup], *, is_control: bool) -> int | None:
    return next((group.pk for group in groups if group.is_control == is_control), None)
