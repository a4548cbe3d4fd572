"""Orchestrations as people write them: what is refused, where, and what a save keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from accounts.access import access_of
from accounts.models import Membership
from audit.models import AuditEvent
from customer360 import usage
from customer360.models import Query
from destinations.delivery.models import Target, TargetClaim
from destinations.errors import ChangedMeanwhileError
from destinations.models import Credential, DataTemplate, Destination
from destinations.orchestrations.errors import FieldRefusedError, OrchestrationError
from destinations.orchestrations.models import Orchestration
from destinations.orchestrations.services.editing import (
    OrchestrationDraft,
    create_orchestration,
    delete_orchestration,
    draft_of,
    edit_orchestration,
    set_paused,
)
from destinations.orchestrations.services.running import run_now
from destinations.schedules.recurrence import Kind, Schedule
from runtime import clock
from tests.access.objects.deliveries import delivery as ended_delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import Settings

    from tests.cast import Cast
    from tests.destinations.orchestrations.studio import Studio


def daily() -> Schedule:
    return Schedule(kind=Kind.DAILY, zone="Europe/London", starts_on=clock.now().date())


def refused(studio: Studio, draft: OrchestrationDraft) -> tuple[str, str]:
    with pytest.raises(FieldRefusedError) as caught:
        create_orchestration(draft=draft, actor=studio.person)
    return caught.value.field, caught.value.message


def draft_query(query: Query) -> None:
    Query.objects.filter(pk=query.pk).update(status=Query.Status.DRAFT)
    query.refresh_from_db()


REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": "TAKEN"}, "name", "this name already"),
    ({"list_name": ""}, "list_name", "enter one here"),
    ({"list_name": "{{ campaign_name }}"}, "list_name", "has no value here"),
    ({"list_name": "x" * 201}, "list_name", "at most 200"),
    ({"list_name": "{{ surprise }}"}, "list_name", "no variable"),
    ({"list_name": "Muster High scores"}, "list_name", "belongs to another audience"),
    ({"objects": ()}, "objects", "at least one query"),
    ({"workflow": "scheduled"}, "workflow", "Say when"),
]


def test_what_can_not_be_is_refused_at_its_field(studio: Studio) -> None:
    studio.orchestration(name="Taken")
    draft = studio.draft(studio.query("Another"))
    for changes, field, words in REFUSALS:
        place, message = refused(studio, replace(draft, **changes))
        assert (place, words in message) == (field, True), message
    assert [each.name for each in Orchestration.objects.all()] == ["Taken"]


def test_several_objects_need_names_of_their_own(studio: Studio) -> None:
    draft = studio.draft(studio.query("One"), studio.query("Two"), list_name="Same")
    assert refused(studio, draft)[0] == "list_name"


def test_a_draft_of_a_query_is_refused(studio: Studio) -> None:
    query = studio.query()
    draft_query(query)
    assert "is a draft" in refused(studio, studio.draft(query))[1]


def test_a_query_without_the_columns_of_the_template_is_refused(studio: Studio) -> None:
    field, message = refused(studio, studio.draft(studio.query(sql="SELECT id FROM Customer360")))
    assert (field, "has no column “email”" in message) == ("objects", True)


def test_the_same_list_of_a_campaign_or_another_tenant_is_refused_too(studio: Studio) -> None:
    studio.orchestration(list_name="Shared")
    assert refused(studio, studio.draft(studio.query("Other"), list_name="Shared"))[0] == "list_name"


def test_a_template_that_is_not_open_to_the_person_is_refused(studio: Studio, cast: Cast) -> None:
    studio.person = cast["amp360_user"]
    Destination.objects.update(allow_business_users=False)
    assert refused(studio, studio.draft())[0] == "data_template"


def test_who_may_not_see_personal_data_needs_a_template_that_allows_it(studio: Studio) -> None:
    Membership.objects.filter(user=studio.person).update(options=["restrict_pii_access"])
    assert refused(studio, studio.draft())[0] == "data_template"
    DataTemplate.objects.filter(pk=studio.template.pk).update(
        access="own", allow_restricted_pii=True, allow_business_users=True
    )
    assert studio.orchestration(studio.query("Other")).pk


def test_a_save_over_a_newer_one_is_refused_and_changes_nothing(studio: Studio) -> None:
    orchestration = studio.orchestration()
    seen = orchestration.revision
    edit_orchestration(
        orchestration=orchestration,
        draft=replace(draft_of(orchestration), name="Theirs"),
        revision=seen,
        actor=studio.person,
    )
    with pytest.raises(ChangedMeanwhileError):
        edit_orchestration(
            orchestration=orchestration,
            draft=replace(draft_of(orchestration), name="Mine"),
            revision=seen,
            actor=studio.person,
        )
    assert Orchestration.objects.get().name == "Theirs"


def test_renaming_keeps_the_list_and_another_list_name_takes_a_new_one(studio: Studio) -> None:
    orchestration = studio.orchestration()
    target = Target.objects.get()

    def save(**changes: str) -> Orchestration:
        current = Orchestration.objects.get()
        draft = replace(draft_of(current), **changes)  # type: ignore[arg-type]  # by name
        return edit_orchestration(
            orchestration=current, draft=draft, revision=current.revision, actor=studio.person
        )

    save(name="Renamed")
    assert Target.objects.get().pk == target.pk
    save(list_name="Elsewhere")
    assert not TargetClaim.objects.filter(target=target).exists()
    assert "elsewhere" in TargetClaim.objects.get().name
    assert studio.orchestration(studio.query("Next"), list_name="Muster High scores").pk
    assert AuditEvent.objects.filter(action="orchestration:changed").count() == 2
    assert orchestration.pk == Orchestration.objects.order_by("pk")[0].pk


def test_it_can_not_go_elsewhere_or_away_while_it_is_sent(studio: Studio) -> None:
    orchestration = studio.orchestration()
    run_now(orchestration=orchestration, actor=studio.person)
    with pytest.raises(OrchestrationError, match="is being sent"):
        delete_orchestration(orchestration=orchestration, actor=studio.person)
    with pytest.raises(OrchestrationError, match="is being sent"):
        edit_orchestration(
            orchestration=orchestration,
            draft=replace(draft_of(orchestration), list_name="Elsewhere"),
            revision=orchestration.revision,
            actor=studio.person,
        )


def test_deleting_frees_its_lists_for_others(studio: Studio) -> None:
    delete_orchestration(orchestration=studio.orchestration(list_name="Free"), actor=studio.person)
    assert studio.orchestration(studio.query("Next"), list_name="Free").pk
    assert AuditEvent.objects.filter(action="orchestration:deleted").exists()


def test_a_schedule_has_a_next_run_unless_it_is_paused(studio: Studio) -> None:
    orchestration = studio.orchestration(workflow="scheduled", schedule=daily())
    assert orchestration.next_run_at is not None
    paused = set_paused(orchestration=orchestration, paused=True, actor=studio.person)
    assert paused.next_run_at is None
    assert set_paused(orchestration=orchestration, paused=False, actor=studio.person).next_run_at
    manual = replace(draft_of(Orchestration.objects.get()), workflow="manual")
    saved = edit_orchestration(
        orchestration=orchestration, draft=manual, revision=orchestration.revision, actor=studio.person
    )
    assert (saved.next_run_at, saved.schedule) == (None, None)


def test_a_segment_says_which_orchestrations_send_it(studio: Studio, sign_in: Callable[[str], Client]) -> None:
    segment = studio.segment()
    studio.orchestration(segment)
    page = sign_in("datagrid_operator").get(f"/t/acme/segments/{segment.pk}/").content.decode()
    assert "Send Low scores" in page


def test_a_query_says_which_orchestrations_send_it_to_those_who_may_see_them(
    studio: Studio, cast: Cast, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "config.urls_tenant"
    query = studio.query()
    studio.orchestration(query)
    seen = {
        person: [use.name for use in usage.uses_of_query(query, access_of(cast[person], cast.acme))]
        for person in ("amp360_user", "ampiq_user")
    }
    assert seen == {"amp360_user": ["Send High scores"], "ampiq_user": []}


def test_business_users_find_only_what_they_may_use(studio: Studio, cast: Cast) -> None:
    studio.orchestration()
    access = access_of(cast["amp360_user"], cast.acme)
    assert Orchestration.objects.visible_to(access).count() == 1
    Destination.objects.update(allow_business_users=False)
    assert Orchestration.objects.visible_to(access).count() == 0
    assert Orchestration.objects.visible_to(access_of(cast["ampiq_user"], cast.acme)).count() == 0


def test_a_hidden_one_can_be_copied_no_more_than_one_that_there_is_not(
    studio: Studio, sign_in: Callable[[str], Client]
) -> None:
    hidden, client = studio.orchestration(), sign_in("amp360_user")
    Destination.objects.update(allow_business_users=False)
    answers = [client.get(f"/t/acme/orchestrations/new/?copy={pk}") for pk in (hidden.pk, hidden.pk + 999, "x")]
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.context["form"].initial for answer in answers] == [{}, {}, {}]
    Destination.objects.update(allow_business_users=True)
    copied = client.get(f"/t/acme/orchestrations/new/?copy={hidden.pk}").context["form"]
    assert copied["name"].value() == "Send High scores (copy)"


def test_a_run_that_went_where_a_person_may_not_look_is_not_listed(
    studio: Studio, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    Destination.objects.update(allow_business_users=True)
    orchestration = studio.orchestration()
    first, second = (
        orchestration.runs.create(number=number, cause="person", ended_at=clock.now(), begun_at=clock.now())
        for number in (1, 2)
    )
    sent = ended_delivery(cast)
    elsewhere = Destination.objects.create(name="Closed", credential=Credential.objects.earliest("pk"))
    closed = DataTemplate.objects.create(name="Closed", destination=elsewhere)
    sent.mapping = sent.mapping.model_copy(update={"data_template_id": closed.pk})
    sent.save()
    second.run_objects.create(name="High scores", delivery=sent)

    def runs_seen_by(person: str) -> list[int]:
        page = sign_in(person).get(f"/t/acme/orchestrations/{orchestration.pk}/")
        return [report.run.number for report in page.context["reports"]]

    assert runs_seen_by("datagrid_operator") == [2, first.number]
    assert runs_seen_by("amp360_user") == [first.number]
