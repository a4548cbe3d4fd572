"""Two people use one name at the same moment: whatever it names, the second gets a message in words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from campaigns.errors import CampaignError
from campaigns.services.editing import create_campaign
from customer360.engine import DataType
from customer360.errors import Customer360Error
from customer360.queries.services import QueryDraft, create_query
from customer360.services import ColumnDraft, create_table
from destinations.models import Credential, DataTemplate, Destination
from destinations.orchestrations.errors import OrchestrationError
from destinations.orchestrations.services.editing import create_orchestration
from destinations.services.saving import save_setup
from segments.errors import SegmentError
from segments.rules import Rules
from segments.services import create_segment
from tenants.scope import tenant_scope
from tests.destinations.orchestrations.studio import Studio
from tests.second import Second

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.cast import Cast

NAME = "Twice"
TOLD = (Customer360Error, SegmentError, CampaignError, OrchestrationError, ValidationError)


def creators(studio: Studio) -> Mapping[str, Callable[[str], object]]:
    """Every service that names something, by what it names."""
    office, sent = studio.office, studio.draft(list_name="{{ object_name }}")
    template = office.template
    return {
        "a query": lambda name: create_query(draft=QueryDraft(name, "SELECT 1 AS one"), actor=None),
        "a segment": lambda name: create_segment(name=name, rules=Rules(), actor=None),
        "a campaign": lambda name: create_campaign(draft=office.draft(name), actor=None),
        "a table": lambda name: create_table(name=name, columns=[ColumnDraft("one", DataType.INTEGER)]),
        "an orchestration": lambda name: create_orchestration(
            draft=type(sent)(**{**vars_of(sent), "name": name, "list_name": name}), actor=studio.person
        ),
        "a credential": lambda name: save_setup(Credential(), {"name": name}, actor=None),
        "a destination": lambda name: save_setup(
            Destination(), {"name": name, "credential": template.destination.credential}, actor=None
        ),
        "a data template": lambda name: save_setup(
            DataTemplate(), {"name": name, "destination": template.destination}, actor=None
        ),
    }


def vars_of(draft: Any) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__dataclass_fields__}


@pytest.mark.django_db(transaction=True)
def test_the_second_who_gives_a_name_is_told_in_words(cast: Cast, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    told: dict[str, object] = {}
    with tenant_scope(cast.acme):
        for what, create in creators(Studio.open(cast["datagrid_administrator"])).items():
            second = Second(cast.acme.pk, partial(create, NAME.upper()))
            with transaction.atomic():
                create(NAME)
                second.start()
                second.wait_until_held_up()
            second.join(10)
            told[what] = second.error
    assert {what: error for what, error in told.items() if not isinstance(error, TOLD)} == {}
    assert {what: str(error) for what, error in told.items() if "already" not in str(error)} == {}
