"""Recipients of a campaign as data: a follow-up segment and a query ask who was in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlglot import exp

from customer360 import catalog
from customer360.engine import INTERACTIVE, ArrowRelation, DataType, installed_engine
from customer360.interactive import open_interactive
from customer360.sql.checking import checked
from customer360.sql.tenant_shapes import current_shapes
from segments.comparisons import Moment
from segments.compiler import predicate
from segments.models import Segment
from segments.operators import Operator
from segments.rules import AggregateCondition, AttributeCondition, Group, Measure, Rules, Section, Unit, Window
from segments.schema import Attribute, Profiles, Related, Schema
from segments.services import activate_segment, create_segment
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of
from tests.campaigns.test_sending import treated

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from tests.campaigns.office import Office
    from tests.sandbox import Sandbox


def was_sent(name: str) -> Rules:
    """Was sent the campaign of this name in the last 30 days."""
    condition = AggregateCondition(
        table="Campaign_Recipients",
        measure=Measure.COUNT,
        window=Window(last=30, unit=Unit.DAYS),
        filters=(
            AttributeCondition(attribute="campaign_name", operator=Operator.EXACTLY, values=(name,)),
            AttributeCondition(attribute="is_control", operator=Operator.IS_FALSE),
        ),
        operator=Operator.AT_LEAST,
        values=("1",),
    )
    return Rules(include=Group(sections=(Section(conditions=(condition,)),)))


def followed_up(office: Office, name: str) -> Campaign:
    """A campaign to those who were sent the one of this name, with no control of its own."""
    segment = create_segment(name="Was sent it", rules=was_sent(name), actor=office.person)
    activate_segment(segment=segment, actor=office.person)
    return office.campaign("Follow-up", control=0, include=(Segment.objects.get(pk=segment.pk),))


def test_a_follow_up_goes_to_those_who_were_sent_the_first_campaign(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    first = busy_office.campaign()
    busy_office.send(first)
    busy_office.send(followed_up(busy_office, "Autumn"))
    expected = {email_of(number) for number in treated(first)}
    assert set(sandbox.members("Follow-up - Offer")) == expected

    sql = "SELECT customer_id FROM Campaign_Recipients WHERE campaign_name = 'Autumn' AND NOT is_control"
    with open_interactive(catalog.current_relations()) as session:
        rows = session.rows(checked(sql, current_shapes()).query)
    assert {key for (key,) in rows} == {f"c{number}" for number in treated(first)}


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
