"""The demo tenants are made through the product's services, once, whatever interrupts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from accounts.models import Membership
from campaigns.audience.counting import summarise
from campaigns.drafts import CampaignDraft, SubAudienceDraft
from customer360.catalog import current_versions
from customer360.models import Import, Query, Table
from demo import expectation
from demo.audiences import AUDIENCES, HIGH_VALUE, LAPSED, NO_CONSENT
from demo.datasets import Dataset, DatasetFiles, build
from demo.expectation import expected_of
from demo.first_campaign import groups
from demo.questions import QUESTIONS
from demo.stage import HARBOUR_COFFEE, ONLINE_RETAIL, raise_brand
from segments.models import Segment, SegmentVersion
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from pathlib import Path

    import time_machine
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

WEEKS = 780
INSTALLED = "2026-11-21T09:00:00Z"


@pytest.fixture(autouse=True)
def data_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def coffee(tmp_path: Path) -> DatasetFiles:
    return build(Dataset.HARBOUR_COFFEE, tmp_path / "coffee", weeks=WEEKS)


def test_a_brand_has_people_tables_and_segments(coffee: DatasetFiles) -> None:
    with tenant_scope(raise_brand(HARBOUR_COFFEE, coffee)):
        sizes = dict(Table.objects.values_list("name", "current_version__row_count"))
        assert sizes == {"Merged_Customers": 240, "Orders": 1199, "Customer360": 240}
        assert not Table.objects.filter(decided_by_pii=True).exists(), "people with restricted access see segments"
        assert {segment.name for segment in Segment.objects.active()} == {
            audience.name for audience in AUDIENCES if audience.is_active
        }
        assert Membership.objects.count() == 2


def test_raising_a_brand_again_changes_nothing(coffee: DatasetFiles) -> None:
    tenant = raise_brand(HARBOUR_COFFEE, coffee)
    with tenant_scope(tenant):
        before = current_versions()
    assert raise_brand(HARBOUR_COFFEE, coffee) == tenant
    with tenant_scope(tenant):
        assert current_versions() == before
        assert (Import.objects.count(), SegmentVersion.objects.count()) == (2, 6)
        assert Query.objects.count() == 1 + len(QUESTIONS)


def test_a_brand_that_was_interrupted_is_completed(coffee: DatasetFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(**_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("demo.stage.build_table", killed)
        with pytest.raises(KeyboardInterrupt):
            raise_brand(HARBOUR_COFFEE, coffee)
    with tenant_scope(raise_brand(HARBOUR_COFFEE, coffee)):
        assert set(current_versions()) == {"Merged_Customers", "Orders", "Customer360"}
        assert Import.objects.count() == 2


@pytest.mark.long
def test_counting_row_by_row_and_counting_in_the_engine_agree(
    tmp_path: Path, time_machine: time_machine.TimeMachineFixture
) -> None:
    """The demo's check shares no code with the product; here the two meet without a send."""
    time_machine.move_to(INSTALLED, tick=False)
    retail = build(Dataset.ONLINE_RETAIL, tmp_path / "retail", weeks=WEEKS)
    with tenant_scope(raise_brand(ONLINE_RETAIL, retail)):
        segments = {segment.name: segment for segment in Segment.objects.active()}
        draft = CampaignDraft(
            name="Autumn",
            include=(segments[LAPSED], segments[HIGH_VALUE]),
            exclude=(segments[NO_CONSENT],),
            sub_audiences=(SubAudienceDraft(groups=groups()),),
        )
        summary = summarise(draft, assignment_key="ab" * 16)
    expected = expected_of(retail, assignment_key="ab" * 16, today=date(2026, 11, 21))
    assert (summary.counts.total, summary.controls) == (expected.audience, expected.controls)


@pytest.mark.parametrize(
    ("email", "kept"),
    [
        (" Ada.Lovelace@Example.COM ", "ada.lovelace@example.com"),
        ("zoë@example.com", None),
        ('"a b"@example.com', None),
        ("a..b@example.com", None),
        ("a@example.con", None),
        ("a@bücher.example.com", "a@xn--bcher-kva.example.com"),
        ("a@example.com; b@example.com", None),
        ("a.example.com", None),
        ("", None),
        (None, None),
    ],
)
def test_the_checks_own_e_mail_rule_is_the_one_of_the_seeds(email: str | None, kept: str | None) -> None:
    assert expectation.sendable(email) == kept
