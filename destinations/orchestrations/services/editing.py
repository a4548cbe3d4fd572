"""Orchestrations as people create and edit them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.access import access_of
from audit import services as audit
from destinations.delivery.connecting import TargetTaken
from destinations.delivery.services import release_targets
from destinations.errors import ChangedMeanwhileError, NameTemplateError
from destinations.orchestrations import automatic, landing, readiness
from destinations.orchestrations.audiences import audience_of
from destinations.orchestrations.errors import FieldRefusedError, OrchestrationError, RunRefusedError
from destinations.orchestrations.models import USUAL_QUIET_MINUTES, Orchestration, OrchestrationObject
from runtime import clock
from tenants.models import Tenant
from tenants.names import claim_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from customer360.models import Query
    from destinations.models import DataTemplate
    from destinations.schedules.recurrence import Schedule
    from segments.models import Segment

Workflow = Orchestration.Workflow
LANDING = ("data_template", "list_name", "property_name")


@dataclass(frozen=True, slots=True)
class OrchestrationDraft:
    name: str
    objects: tuple[Query | Segment, ...]
    data_template: DataTemplate
    object_type: str = Orchestration.ObjectType.QUERY
    list_name: str = ""
    property_name: str = ""
    workflow: str = Workflow.MANUAL
    schedule: Schedule | None = None
    quiet_minutes: int = USUAL_QUIET_MINUTES

    @property
    def values(self) -> dict[str, Any]:
        """The fields of the row to write."""
        kept = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "objects"}
        return kept | {"schedule": self.schedule if self.workflow == Workflow.SCHEDULED else None}


@transaction.atomic
def create_orchestration(*, draft: OrchestrationDraft, actor: User) -> Orchestration:
    """Raises FieldRefusedError, naming the field that has to change."""
    orchestration = Orchestration(owner=actor)
    _write(orchestration, draft, actor)
    audit.record(action="orchestration:added", subject=orchestration, actor=actor, changes=described(draft))
    return orchestration


@transaction.atomic
def edit_orchestration(
    *, orchestration: Orchestration, draft: OrchestrationDraft, revision: int, actor: User
) -> Orchestration:
    """From then on it runs on behalf of the person who saved it.

    Raises ChangedMeanwhileError when someone saved it since `revision`, FieldRefusedError, and OrchestrationError
    when it would land elsewhere while it is being sent.
    """
    current: Orchestration = Orchestration.objects.select_for_update().get(pk=orchestration.pk)
    if current.revision != revision:
        raise ChangedMeanwhileError(
            "Someone else saved this orchestration while you were editing. Your changes are not saved: "
            "compare below, then save again to replace theirs."
        )
    before = described(draft_of(current))
    if any(getattr(current, name) != getattr(draft, name) for name in LANDING):
        _leave_places(current)
    current.owner = actor
    _write(current, draft, actor)
    after = described(draft)
    changed = [name for name in after if before[name] != after[name]]
    changes = {
        "before": {name: before[name] for name in changed},
        "after": {name: after[name] for name in changed},
    }
    audit.record(action="orchestration:changed", subject=current, actor=actor, changes=changes)
    return current


@transaction.atomic
def delete_orchestration(*, orchestration: Orchestration, actor: User) -> None:
    """Its lists stay at the destination, free for others. Raises OrchestrationError during a run."""
    current: Orchestration = Orchestration.objects.select_for_update().get(pk=orchestration.pk)
    _leave_places(current)
    audit.record(action="orchestration:deleted", subject=current, actor=actor)
    current.delete()


@transaction.atomic
def set_paused(*, orchestration: Orchestration, paused: bool, actor: User) -> Orchestration:
    """While paused it starts nothing automatically; times that pass meanwhile are not caught up."""
    current: Orchestration = Orchestration.objects.select_for_update().get(pk=orchestration.pk)
    if current.is_paused != paused:
        current.is_paused = paused
        current.plan_next(active=current.runs_by_itself)
        current.seen_versions = automatic.current_versions_of(current)
        current.save()
        action = "orchestration:paused" if paused else "orchestration:resumed"
        audit.record(action=action, subject=current, actor=actor)
    return current


@transaction.atomic
def set_schedule(*, orchestration: Orchestration, schedule: Schedule, actor: User) -> Orchestration:
    """From now on it runs by this schedule; saving plans the next time."""
    current: Orchestration = Orchestration.objects.select_for_update().get(pk=orchestration.pk)
    before = current.when
    current.workflow, current.schedule = Workflow.SCHEDULED, schedule
    current.revision += 1
    current.updated_at = clock.now()
    current.plan_next(active=current.runs_by_itself)
    current.save()
    changes = {"before": {"workflow": before}, "after": {"workflow": current.when}}
    audit.record(action="orchestration:changed", subject=current, actor=actor, changes=changes)
    return current


def draft_of(orchestration: Orchestration) -> OrchestrationDraft:
    return OrchestrationDraft(
        objects=tuple(each.source for each in orchestration.objects_sent.all()),
        **{
            name: getattr(orchestration, name)
            for name in OrchestrationDraft.__dataclass_fields__
            if name != "objects"
        },
    )


def _write(orchestration: Orchestration, draft: OrchestrationDraft, actor: User) -> None:
    _check(draft, actor)
    for name, value in draft.values.items():
        setattr(orchestration, name, value)
    orchestration.revision += 1
    orchestration.updated_at = clock.now()
    orchestration.plan_next(active=orchestration.runs_by_itself)
    orchestration.claim_for_active_tenant()
    claim_names(Orchestration)
    try:
        orchestration.validate_constraints()
    except ValidationError as error:
        raise FieldRefusedError("name", " ".join(error.messages)) from error
    orchestration.save()
    _write_objects(orchestration, draft)
    _check_objects(orchestration)
    orchestration.seen_versions = automatic.current_versions_of(orchestration)
    orchestration.save(update_fields=["seen_versions"])


def _check(draft: OrchestrationDraft, actor: User) -> None:
    access = access_of(actor, Tenant.objects.get(pk=draft.data_template.tenant_id))
    if not draft.objects:
        raise FieldRefusedError("objects", f"Choose at least one {draft.object_type}.")
    try:
        readiness.require_open(draft.data_template, access)
    except RunRefusedError as error:
        raise FieldRefusedError("data_template", error.message) from error
    try:
        readiness.require_actions(access, f"{draft.object_type}:view")
        readiness.require_active(draft.objects)
    except RunRefusedError as error:
        raise FieldRefusedError("objects", error.message) from error
    if draft.workflow == Workflow.SCHEDULED and draft.schedule is None:
        raise FieldRefusedError("workflow", "Say when it runs.")
    _check_names(draft)


def _check_names(draft: OrchestrationDraft) -> None:
    """Several objects need different names."""
    if len(draft.objects) == 1:
        return
    template = draft.data_template
    needed = {
        "list_name": template.lands_as_list and template.list_name,
        "property_name": template.lands_as_property and template.property_name,
        **{name: getattr(draft, name) for name in template.open_names},
    }
    for field, text in needed.items():
        if text and "object_name" not in text:
            raise FieldRefusedError(
                field,
                "Several objects need a name each: use {{ object_name }} in it, or an orchestration for each.",
            )


def _write_objects(orchestration: Orchestration, draft: OrchestrationDraft) -> None:
    """An object that stays keeps its row, and thereby its list at the destination."""
    gone = orchestration.objects_sent.exclude(**{f"{draft.object_type}__in": draft.objects})
    release_targets(kind=landing.OWNER, ids=gone.values_list("pk", flat=True))
    gone.delete()
    for chosen in draft.objects:
        place: dict[str, Any] = {draft.object_type: chosen}
        OrchestrationObject.objects.get_or_create(orchestration=orchestration, **place)


def _check_objects(orchestration: Orchestration) -> None:
    """Each must provide what the template sends, and land where no one else's audience does."""
    for sent in _objects(orchestration):
        try:
            audience_of(sent)
        except RunRefusedError as error:
            raise FieldRefusedError("objects", error.message) from error
        try:
            landing.claim(sent)
        except (NameTemplateError, TargetTaken) as error:
            raise FieldRefusedError(_naming_field(orchestration), error.message) from error


def _objects(orchestration: Orchestration) -> Iterable[OrchestrationObject]:
    return OrchestrationObject.objects.filter(orchestration=orchestration).select_related(
        "query", "segment__active_version", "orchestration__data_template__destination__credential"
    )


def _naming_field(orchestration: Orchestration) -> str:
    return min(orchestration.data_template.open_names, default="data_template")


def _leave_places(orchestration: Orchestration) -> None:
    if orchestration.runs.open().exists():
        raise OrchestrationError(f"“{orchestration}” is being sent. Wait for its end, or stop the delivery first.")
    objects = orchestration.objects_sent.all()
    release_targets(kind=landing.OWNER, ids=[each.pk for each in objects])
    objects.delete()


def described(draft: OrchestrationDraft) -> dict[str, Any]:
    """Describes it in words for the audit."""
    return {
        "name": draft.name,
        "objects": ", ".join(map(str, draft.objects)),
        "destination": str(draft.data_template.destination),
        "data_template": str(draft.data_template),
        "list_name": draft.list_name,
        "property_name": draft.property_name,
        "workflow": Orchestration(**draft.values).when,
    }
