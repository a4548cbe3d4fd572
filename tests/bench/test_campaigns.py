"""What it takes to count a campaign while it is edited, and to put millions of customers into groups."""

from __future__ import annotations

import os
import shutil
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache

from campaigns.audience import counting
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
from campaigns.models import CampaignRun
from campaigns.services import preparing
from campaigns.services.editing import create_campaign
from campaigns.services.sending import _open_run
from segments.models import Segment
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Join, Rules, Section
from segments.services import activate_segment, create_segment
from tenants.scope import tenant_scope
from tests.bench import generated
from tests.bench.test_segments import in_a_process_of_its_own, seconds_of, told
from tests.campaigns.editing import Page
from tests.campaigns.office import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

    from campaigns.models import Campaign
    from tenants.models import Tenant
    from tests.cast import Cast

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

CUSTOMERS = int(os.environ.get("MUSTER_BENCH_CAMPAIGN_CUSTOMERS", "10000000"))
PARTS = 20
MOST_PARTS = 60
TIMES = 3
PAGE_TIMES = 15
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def tables(acme: Tenant, settings: Settings) -> Iterator[None]:
    """Acme's data lies beside the generated files, so that it can be links to them."""
    settings.DATA_DIR = generated.FOLDER / "campaigns"
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    with tenant_scope(acme):
        generated.load(generated.brand(CUSTOMERS))
        yield
    shutil.rmtree(settings.DATA_DIR)


def test_numbers_while_a_campaign_is_edited(tables: None, measure: Callable[..., None]) -> None:
    draft = campaign()
    size = f"{CUSTOMERS:,} customers"
    large = CUSTOMERS >= 10_000_000
    told(
        measure,
        f"totals of the audience step, {size}",
        asked(lambda: counting.totals(draft)),
        "s",
        1.5 if large else None,
    )
    recount = asked(lambda: counting.summarise(draft, assignment_key=KEY), also=lambda: counting.totals(draft))
    told(
        measure, f"recount of {PARTS} sub-audiences with their groups, {size}", recount, "s", 4 if large else None
    )


def test_assignment_of_half_of_them(tables: None, cast: Cast, measure: Callable[..., None]) -> None:
    """First when nobody was a control before, then where the controls of that run are remembered."""
    campaign = create_campaign(draft=half(), actor=cast["ampiq_user"])
    for how in ("customers to groups", "customers again, with the controls of the run before"):
        run = opened(campaign, cast)
        seconds, mebibytes = in_a_process_of_its_own(partial(preparing._write_recipients, run))
        written = preparing._write_recipients(run)
        assert sum(written.sizes.values()) > CUSTOMERS * 0.45
        assert bool(written.difference) is (run.number > 1)
        measure(f"assignment of {sum(written.sizes.values()):,} {how}", seconds, "s", at_most=10)
        measure(f"memory of the worker, run {run.number}", mebibytes, "MiB", at_most=1536)
        preparing._commit(run, written)


@pytest.fixture
def office(cast: Cast, acme: Tenant, settings: Settings, tmp_path: Path) -> Iterator[Office]:
    settings.DATA_DIR = tmp_path
    with tenant_scope(acme):
        yield Office.open(cast["ampiq_user"], range(100))


def test_the_editor_with_as_many_sub_audiences_as_there_may_be(
    office: Office, sign_in: Callable[[str], Client], measure: Callable[..., None]
) -> None:
    page = Page(sign_in("ampiq_user"), crowded(office))
    first = page.campaign.sub_audiences.all()[0].pk
    what: dict[str, Callable[[], str]] = {
        "opening": page.text,
        "a change": lambda: page.change("part_name", part=first, value="Best"),
        "its numbers": page.numbers,
    }
    for name, ask in what.items():
        told(measure, f"editor with {MOST_PARTS} sub-audiences, {name}", seconds_of(ask, PAGE_TIMES), "ms", 150)


def crowded(office: Office) -> Campaign:
    segment = office.everybody()
    parts = (
        SubAudienceDraft(groups=office.groups(10, f"Offer {number}"), name=f"Part {number}", segment=segment)
        for number in range(MOST_PARTS - 1)
    )
    return office.campaign(sub_audiences=(*parts, SubAudienceDraft(groups=office.groups())))


def asked(count: Callable[[], object], *, also: Callable[[], object] = lambda: None) -> list[float]:
    """Seconds of each count when nothing is known of it but what `also` asks first."""
    count()
    times = []
    for _ in range(TIMES):
        cache.clear()
        also()
        times += seconds_of(count, times=1)
    return times


def opened(campaign: Campaign, cast: Cast) -> CampaignRun:
    _open_run(campaign, cast["ampiq_user"])
    return CampaignRun.objects.select_related("campaign").latest("number")


def campaign() -> CampaignDraft:
    """Two segments included and one excluded, twenty sub-audiences by criteria, three groups in each."""
    parts = [
        SubAudienceDraft(name=f"Part {number}", rules=by_orders(number), groups=groups(number))
        for number in range(PARTS - 1)
    ]
    return CampaignDraft(
        name="Autumn",
        include=(
            segment(
                "Near",
                Join.ALL,
                country("United Kingdom", "Germany"),
                points("3000"),
                at("opted_in_email", Operator.IS_TRUE),
            ),
            segment(
                "Valuable",
                Join.ALL,
                at("lifetime_value", Operator.GREATER, "1000"),
                at("last_seen", Operator.AFTER, "2025-11-01"),
            ),
        ),
        exclude=(
            segment(
                "At risk",
                Join.ALL,
                at("opted_in_sms", Operator.IS_TRUE),
                at("churn_risk", Operator.GREATER, "0.9"),
            ),
        ),
        sub_audiences=(*parts, SubAudienceDraft(groups=groups(PARTS))),
    )


def half() -> CampaignDraft:
    """The sub-audiences keep back different shares: that is when a run has to remember who was a control."""
    included, loyal = segment("Half", Join.ALL, points("6000")), segment("Loyal", Join.ALL, points("9000"))
    fewer_controls = (GroupDraft("Loyal", Decimal(95)), GroupDraft("Control", Decimal(5), is_control=True))
    parts = (
        SubAudienceDraft(groups=fewer_controls, name="Loyal", segment=loyal),
        SubAudienceDraft(groups=groups(0)),
    )
    return CampaignDraft("Half", (included,), (), parts)


def groups(number: int) -> tuple[GroupDraft, ...]:
    return (
        GroupDraft(f"A{number}", Decimal(45)),
        GroupDraft(f"B{number}", Decimal(45)),
        GroupDraft("Control", Decimal(10), is_control=True),
    )


def by_orders(number: int) -> dict[str, Any]:
    conditions = (
        at("order_count", Operator.BETWEEN, str(number * 3), str(number * 3 + 2)),
        points(str(number * 100)),
    )
    rules = Rules(include=Group(sections=(Section(conditions=conditions),)))
    return rules.model_dump(mode="json")


def segment(name: str, join: Join, *conditions: AttributeCondition) -> Segment:
    rules = Rules(include=Group(sections=(Section(join=join, conditions=conditions),)))
    made = create_segment(name=name, rules=rules, actor=None)
    activate_segment(segment=made, actor=None)
    return Segment.objects.get(pk=made.pk)


def country(*names: str) -> AttributeCondition:
    return at("country", Operator.IN_LIST, *names)


def points(least: str) -> AttributeCondition:
    return at("loyalty_points", Operator.AT_LEAST, least)


def at(name: str, operator: Operator, *values: str) -> AttributeCondition:
    return AttributeCondition(attribute=name, operator=operator, values=values)
