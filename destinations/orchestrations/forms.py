from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from customer360.models import Query
from destinations.models import DataTemplate
from destinations.orchestrations.models import MOST_QUIET_MINUTES, USUAL_QUIET_MINUTES, Orchestration
from destinations.orchestrations.services.editing import OrchestrationDraft, described, draft_of
from destinations.schedules.forms import ScheduleForm
from segments.models import Segment
from ui.forms import ChipSelect, ChoiceCards, Segmented

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from accounts.access import Access
    from destinations.orchestrations.errors import FieldRefusedError

ObjectType, Workflow = Orchestration.ObjectType, Orchestration.Workflow
WORKFLOWS = [
    (Workflow.MANUAL, "Manual: someone presses Run"),
    (Workflow.SCHEDULED, "Scheduled: at the times you choose"),
    (Workflow.AUTOMATIC, "Automatic: after each new version of the data"),
]


NOT_OFFERED = dict.fromkeys(
    ("invalid_choice", "invalid_pk_value"),
    "One of them is no longer available. Choose from the list.",
)
LABELS = {
    "name": "Name",
    "objects": "Objects",
    "destination": "Destination",
    "data_template": "Data template",
    "list_name": "List name",
    "property_name": "Property name",
    "workflow": "Workflow",
}


class TemplateSelect(forms.Select):
    """Each option carries the destination it belongs to and the names it leaves open."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        template = getattr(option["value"], "instance", None)
        if template is not None:
            option["attrs"] |= {
                "data-destination": str(template.destination_id),
                "data-open": " ".join(sorted(name.removesuffix("_name") for name in template.open_names)),
            }
        return option


class OrchestrationForm(forms.Form):
    """What is sent where, and when. Offers only what this person may see and use.

    The schedule's own fields are in `schedule_form`, which counts when the workflow is Scheduled.
    """

    name = forms.CharField(max_length=120)
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    object_type = forms.ChoiceField(label="Object type", widget=Segmented, initial=ObjectType.QUERY)
    queries: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        label="Objects",
        queryset=None,
        required=False,
        widget=ChipSelect(placeholder="Add a query…"),
        error_messages=NOT_OFFERED,
        help_text="Active queries. Each gets its own list or property.",
    )
    segments: forms.ModelMultipleChoiceField[Any] = forms.ModelMultipleChoiceField(
        label="Objects",
        queryset=None,
        required=False,
        widget=ChipSelect(placeholder="Add a segment…"),
        error_messages=NOT_OFFERED,
        help_text="Active segments. Each gets its own list or property.",
    )
    destination = forms.TypedChoiceField(coerce=int, empty_value=None)
    data_template: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        queryset=None,
        widget=TemplateSelect,
        empty_label="Choose a data template…",
        help_text="How columns are sent, and what the audience becomes.",
    )
    list_name = forms.CharField(
        max_length=500, required=False, help_text="In HubSpot. {{ object_name }} stands for the query or segment."
    )
    property_name = forms.CharField(
        max_length=500, required=False, help_text="In HubSpot. {{ object_name }} stands for the query or segment."
    )
    workflow = forms.ChoiceField(widget=ChoiceCards, choices=WORKFLOWS, initial=Workflow.MANUAL)
    quiet_minutes = forms.IntegerField(
        label="Quiet period, minutes",
        min_value=0,
        max_value=MOST_QUIET_MINUTES,
        initial=USUAL_QUIET_MINUTES,
        required=False,
        help_text="It runs once no newer version has arrived for this long.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        access: Access,
        zone: ZoneInfo,
        orchestration: Orchestration | None = None,
        is_copy: bool = False,
    ) -> None:
        super().__init__(data, initial=_answers(orchestration, is_copy=is_copy) if orchestration else None)
        self.orchestration = None if is_copy else orchestration
        self.is_copy = is_copy
        self.differences: list[tuple[str, object, object]] = []  # from a save that came too late
        stored = orchestration.schedule if orchestration else None
        is_asked = data is None or data.get("workflow") == Workflow.SCHEDULED
        self.schedule_form = ScheduleForm(data if is_asked else None, zone=zone, stored=stored)
        self._offer(access)

    def _offer(self, access: Access) -> None:
        """Offers only what this person may see and use: anything else posted is an invalid choice."""
        templates = DataTemplate.objects.visible_to(access).for_orchestrations().with_access()
        self._choose_from("data_template", templates.order_by("destination__name", "name"))
        queries, segments = Query.objects.none(), Segment.objects.none()
        if access.can("query:view"):
            queries = Query.objects.filter(status=Query.Status.ACTIVE)
        if access.can("segment:view"):
            segments = Segment.objects.active()
        self._choose_from("queries", queries.order_by("name"))
        self._choose_from("segments", segments.order_by("name"))
        kinds = [(kind.value, kind.label) for kind in ObjectType if access.can(f"{kind}:view")]
        self._set_choices("object_type", kinds)
        destinations = {str(each.destination_id): str(each.destination) for each in templates}
        self._set_choices("destination", [("", "Choose a destination…"), *destinations.items()])

    def _choose_from(self, name: str, queryset: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
        field.queryset = queryset

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        template, destination = answers.get("data_template"), answers.get("destination")
        if template and destination and template.destination_id != destination:
            self.add_error("data_template", "This data template belongs to another destination.")
        if answers.get("workflow") == Workflow.SCHEDULED and not self.schedule_form.is_valid():
            self.add_error("workflow", "Complete the schedule.")
        return answers

    def draft(self) -> OrchestrationDraft:
        """The orchestration as entered; call it on a valid form."""
        answers = self.cleaned_data
        template, workflow = answers["data_template"], answers["workflow"]
        quiet = answers["quiet_minutes"]
        return OrchestrationDraft(
            name=answers["name"],
            object_type=answers["object_type"],
            objects=tuple(answers[self._objects_field()]),
            data_template=template,
            list_name=answers["list_name"] if "list_name" in template.open_names else "",
            property_name=answers["property_name"] if "property_name" in template.open_names else "",
            workflow=workflow,
            schedule=self.schedule_form.schedule() if workflow == Workflow.SCHEDULED else None,
            quiet_minutes=USUAL_QUIET_MINUTES if quiet is None else quiet,
        )

    def add_refusal(self, error: FieldRefusedError) -> None:
        """Shows the refusal at the field that has to change."""
        field = self._objects_field() if error.field == "objects" else error.field
        self.add_error(field, error.message)

    def show_theirs(self, saved: Orchestration) -> None:
        """Someone else saved in the meantime: the page compares, and the next save knowingly replaces theirs."""
        theirs, mine = described(draft_of(saved)), described(self.draft())
        self.differences = [
            (LABELS[name], theirs[name], mine[name]) for name in theirs if theirs[name] != mine[name]
        ]
        shown = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, as posted
        shown["revision"] = str(saved.revision)
        self.data = shown

    def _objects_field(self) -> str:
        return "queries" if self.cleaned_data.get("object_type") == ObjectType.QUERY else "segments"


def _answers(orchestration: Orchestration, *, is_copy: bool) -> dict[str, Any]:
    names = ("object_type", "list_name", "property_name", "quiet_minutes")
    chosen = [each.source.pk for each in orchestration.objects_sent.all()]
    is_query = orchestration.object_type == ObjectType.QUERY
    return {name: getattr(orchestration, name) for name in names} | {
        "name": f"{orchestration} (copy)"[:120] if is_copy else orchestration.name,
        "revision": orchestration.revision,
        "queries": chosen if is_query else [],
        "segments": [] if is_query else chosen,
        "destination": orchestration.data_template.destination_id,
        "data_template": orchestration.data_template_id,
        "workflow": Workflow.MANUAL if is_copy else orchestration.workflow,
    }
