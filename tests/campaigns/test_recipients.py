"""Recipients of a campaign as data: a follow-up segment and a query ask who was in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from django.urls import reverse
from sqlglot import exp

from accounts.access import access_of
from campaigns.models import Campaign, CampaignRun
from campaigns.runs.reports import RunReport
from campaigns.services import recording
from campaigns.states import RunState, Status
from campaigns.why import outcomes
from customer360 import catalog, rewriting
from customer360.engine import INTERACTIVE, ArrowRelation, DataType, installed_engine
from customer360.interactive import open_interactive
from customer360.models import Table
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from destinations.delivery.models import Delivery
from destinations.delivery.services import retry_failed_rows
from segments.comparisons import Moment
from segments.compiler import predicate
from segments.models import Segment
from segments.operators import Operator
from segments.rules import AggregateCondition, AttributeCondition, Group, Measure, Rules, Section, Unit, Window
from segments.schema import Attribute, Profiles, Related, Schema
from segments.services import activate_segment, create_segment
from segments.words import Speaker
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of, is_control
from tests.campaigns.test_sending import recipients, treated
from tests.destinations.delivery.desk import run_due_work

if TYPE_CHECKING:
    from tests.campaigns.office import Office
    from tests.cast import Cast
    from tests.sandbox import Sandbox


def was_delivered(name: str) -> Rules:
    """Was in the campaign of this name in the last 30 days, and it was delivered to them."""
    condition = AggregateCondition(
        table="Campaign_Recipients",
        measure=Measure.COUNT,
        window=Window(last=30, unit=Unit.DAYS),
        filters=(
            AttributeCondition(attribute="campaign_name", operator=Operator.EXACTLY, values=(name,)),
            AttributeCondition(attribute="outcome", operator=Operator.EXACTLY, values=("delivered",)),
        ),
        operator=Operator.AT_LEAST,
        values=("1",),
    )
    return Rules(include=Group(sections=(Section(conditions=(condition,)),)))


def times_in(operator: Operator, number: str) -> Rules:
    condition = AggregateCondition(
        table="Campaign_Recipients", measure=Measure.COUNT, operator=operator, values=(number,)
    )
    return Rules(include=Group(sections=(Section(conditions=(condition,)),)))


def followed_up(office: Office, name: str) -> Campaign:
    """A campaign to those to whom the one of this name was delivered, with no control of its own."""
    segment = create_segment(name="Was sent it", rules=was_delivered(name), actor=office.person)
    activate_segment(segment=segment, actor=office.person)
    return office.campaign("Follow-up", control=0, include=(Segment.objects.get(pk=segment.pk),))


def test_a_follow_up_goes_to_those_to_whom_the_first_campaign_was_delivered(
    busy_office: Office, sandbox: Sandbox
) -> None:
    known = {number for number in CUSTOMERS if number % 5}
    sandbox.add_contacts(*map(email_of, known))
    first = busy_office.campaign()
    run = busy_office.send(first)
    assert run.has_outcomes
    sandbox.add_contacts(*map(email_of, set(CUSTOMERS) - known))
    busy_office.send(followed_up(busy_office, "Autumn"))
    assert set(sandbox.members("Follow-up - Offer")) == {email_of(number) for number in treated(first) & known}

    ended = Delivery.objects.get(run_deliveries__run_group__run=run).finished_at
    said = {row["customer_id"]: (row["outcome"], row["delivered_at"]) for row in recipients(run)}
    for number in CUSTOMERS:
        expected = ("delivered", ended) if number in known else ("not_found", None)
        assert said[f"c{number}"] == (expected if number in treated(first) else (None, None))

    sql = "SELECT customer_id FROM Campaign_Recipients WHERE campaign_name = 'Autumn' AND NOT is_control"
    with open_interactive(catalog.current_relations()) as session:
        rows = session.rows(checked(sql, current_shapes()).query)
    assert {key for (key,) in rows} == {f"c{number}" for number in treated(first)}


@pytest.mark.urls("config.urls_tenant")
def test_a_retry_that_delivers_reaches_the_run_its_report_and_the_recipients(
    busy_office: Office, sandbox: Sandbox, cast: Cast
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    refusal = {"category": "VALIDATION_ERROR", "message": "No."}
    sandbox.fault("status", path="*/memberships/*", status=400, body=refusal, count=0)
    few = busy_office.segment("Few", Operator.AT_MOST, "12")  # each is refused in a call of its own
    campaign = busy_office.campaign(include=(few,))
    run = busy_office.send(campaign)
    meant = {number for number in treated(campaign) if number <= 12}
    assert {(row["outcome"], row["is_control"]) for row in recipients(run)} - {(None, True)} == {("failed", False)}
    CampaignRun.objects.update(state=RunState.FAILED)
    Campaign.objects.update(status=Status.ERROR)
    Delivery.objects.update(status=Delivery.Status.FAILED)
    sandbox.control("DELETE", "faults")

    retry = retry_failed_rows(delivery=Delivery.objects.get(), actor=busy_office.person)
    run_due_work()
    recording.record(run.pk)
    run = CampaignRun.objects.whole().get()
    report = RunReport(run)
    assert (report.delivered, report.undelivered) == (len(meant), [])
    assert [row.status for row in report.rows if row.sent] == ["Completed"]
    assert (run.state, Campaign.objects.get().status) == (RunState.DELIVERED, Status.DELIVERED)
    retry.refresh_from_db()
    delivered = [row for row in recipients(run) if not row["is_control"]]
    assert {(row["outcome"], row["delivered_at"]) for row in delivered} == {("delivered", retry.finished_at)}
    group, access = campaign.groups.get(is_control=False), access_of(busy_office.person, cast.acme)
    (outcome,) = outcomes.of_run(run, group.pk, f"c{min(meant)}", access)
    assert (outcome.status, outcome.report_url) == ("Added", reverse("delivery", args=[retry.pk]))


def by_key(rows: list[dict[str, object]]) -> dict[object, dict[str, object]]:
    return {row["customer_id"]: row for row in rows}


@pytest.mark.long
def test_what_becomes_of_recipients_is_found_where_their_file_was_folded(
    busy_office: Office, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    first, second = busy_office.send(campaign), busy_office.send(campaign)
    before = recipients(first), recipients(second)
    assert by_key(before[1])["c1"]["outcome"] == "delivered" or is_control(campaign, "c1")
    monkeypatch.setattr(rewriting, "MOST_FILES", 2)
    monkeypatch.setattr(rewriting, "SMALL", 1)
    table = Table.objects.select_related("current_version").get(name="Campaign_Recipients")
    rewriting.compact(table)
    recording.record(second.pk)
    assert tuple(map(by_key, (recipients(first), recipients(second)))) == tuple(map(by_key, before))


def test_customers_told_apart_by_a_number_are_found_in_a_table_that_writes_keys_as_text() -> None:
    profiles = Profiles("Customer360", "id", {"id": Attribute("id", DataType.INTEGER)})
    attributes = {"customer_id": Attribute("customer_id", DataType.STRING)}
    related = {"Campaign_Recipients": Related("Campaign_Recipients", "customer_id", attributes)}
    condition = AggregateCondition(
        table="Campaign_Recipients", measure=Measure.COUNT, operator=Operator.AT_LEAST, values=("1",)
    )
    moment = Moment(date(2026, 11, 21), ZoneInfo("UTC"))
    rules = Rules(include=Group(sections=(Section(conditions=(condition,)),)))
    belongs = predicate(rules, Schema(profiles, related), moment)
    relations = {
        "Customer360": ArrowRelation(pa.table({"id": [1, 2, 30]})),
        "Campaign_Recipients": ArrowRelation(pa.table({"customer_id": ["2", "30", "c4"]})),
    }
    with installed_engine().open_session(relations, limits=INTERACTIVE) as session:
        assert session.rows(exp.select("id").from_("Customer360").where(belongs).order_by("id")) == [(2,), (30,)]


IN_AUTUMN = "Customer was in the campaign Autumn"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (was_delivered("Autumn"), f"{IN_AUTUMN} in the last 30 days where outcome is exactly delivered"),
        (times_in(Operator.IS, "0"), "Customer was not in a campaign"),
        (times_in(Operator.AT_LEAST, "2"), "Customer was greater than or equal to 2 times in a campaign"),
    ],
)
def test_having_been_in_a_campaign_is_said_in_plain_words(condition: Rules, words: str) -> None:
    speaker = Speaker(Schema(Profiles("Customer360", "id", {})), {}, redact=False)
    assert speaker.sentence(next(condition.conditions)) == words
