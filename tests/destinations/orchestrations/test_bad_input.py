"""Whatever is posted for an orchestration: refused at its field in words, shown as it was written, never kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.http import QueryDict

from accounts.access import access_of
from destinations.models import DataTemplate, Destination
from destinations.orchestrations.forms import OrchestrationForm
from destinations.orchestrations.models import Orchestration

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast
    from tests.destinations.orchestrations.studio import Studio

MARKUP = "<script>alert(1)</script>"
HUGE = "9" * 5000
BAD: list[tuple[str, str, str]] = [
    ("name", "", "required"),
    ("name", "x" * 121, "at most 120"),
    ("name", "a\x00b", "Null characters"),
    ("object_type", "", "required"),
    ("object_type", MARKUP, "valid choice"),
    ("queries", "0", "Choose from the list"),
    ("queries", HUGE, "Choose from the list"),
    ("queries", MARKUP, "Choose from the list"),
    ("destination", "", "required"),
    ("destination", "-1", "valid choice"),
    ("destination", HUGE, "valid choice"),
    ("data_template", "", "required"),
    ("data_template", "0", "valid choice"),
    ("data_template", HUGE, "valid choice"),
    ("data_template", "1 OR 1=1", "valid choice"),
    ("list_name", "x" * 501, "at most 500"),
    ("list_name", "a\x00b", "Null characters"),
    ("property_name", "x" * 501, "at most 500"),
    ("workflow", "", "required"),
    ("workflow", "sometimes", "valid choice"),
    ("workflow", "scheduled", "Complete the schedule"),
    ("quiet_minutes", "-1", "greater than or equal to 0"),
    ("quiet_minutes", "1441", "less than or equal to 1440"),
    ("quiet_minutes", HUGE, "whole number"),
    ("quiet_minutes", "1.5", "whole number"),
    ("revision", HUGE, "whole number"),
]


@pytest.fixture
def answers(studio: Studio) -> dict[str, str]:
    """What makes an orchestration, as the page posts it."""
    return {
        "name": "Send them",
        "revision": "0",
        "object_type": "query",
        "queries": str(studio.query().pk),
        "destination": str(studio.template.destination_id),
        "data_template": str(studio.template.pk),
        "list_name": "Muster {{ object_name }}",
        "property_name": "",
        "workflow": "manual",
        "quiet_minutes": "15",
    }


def filled_in(answers: dict[str, str], studio: Studio, **changes: str) -> OrchestrationForm:
    posted = QueryDict(mutable=True)
    posted.update(answers | changes)
    tenant = studio.template.tenant
    return OrchestrationForm(posted, access=access_of(studio.person, tenant), zone=tenant.zone)


def test_every_field_refuses_what_it_can_not_be(answers: dict[str, str], studio: Studio) -> None:
    assert filled_in(answers, studio).is_valid()
    for field, value, words in BAD:
        form = filled_in(answers, studio, **{field: value})
        assert words in str(form.errors.get(field)), (field, value[:40], form.errors)


def test_markup_is_shown_as_it_is_written_and_nothing_is_kept(
    answers: dict[str, str], sign_in: Callable[[str], Client]
) -> None:
    posted: dict[str, Any] = dict.fromkeys(answers, MARKUP)
    answer = sign_in("datagrid_operator").post("/t/acme/orchestrations/new/", posted)
    assert answer.status_code == 422
    assert MARKUP not in answer.content.decode()
    assert not Orchestration.objects.exists()


def test_the_id_of_what_is_closed_to_a_person_is_no_choice(
    answers: dict[str, str], studio: Studio, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    closed = DataTemplate.objects.create(
        name="Closed",
        destination=Destination.objects.create(name="Closed", credential=studio.template.destination.credential),
        mapping=studio.template.mapping,
    )
    posted = answers | {"destination": str(closed.destination_id), "data_template": str(closed.pk)}
    answer = sign_in("amp360_user").post("/t/acme/orchestrations/new/", posted)
    assert answer.status_code == 422
    assert {"destination", "data_template"} <= set(answer.context["form"].errors)
    assert "Closed" not in answer.content.decode()
    segment = sign_in("amp360_user").post(
        "/t/acme/orchestrations/new/", answers | {"object_type": "segment", "segments": str(studio.segment().pk)}
    )
    assert "object_type" in segment.context["form"].errors
    assert not Orchestration.objects.exists()
