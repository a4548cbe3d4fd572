"""The Segment Editor over HTTP, on a tenant's real tables."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from sqlglot import exp

from audit.models import AuditEvent
from customer360 import services as customer360
from customer360.engine import ArrowRelation, DataType
from customer360.engine.errors import EngineInterruptedError
from customer360.interactive import open_interactive
from customer360.models import Column, Query
from customer360.services import ColumnDraft
from segments import counting, services
from segments.models import Segment
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, QueryCondition, Rules, Section
from tenants.scope import tenant_scope
from tests.segments.conftest import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from tenants.models import Tenant

    SignIn = Callable[[str], Client]

pytestmark = pytest.mark.django_db


class Desk:
    """One person's open page of the editor: it sends the revision that it shows."""

    def __init__(self, client: Client, segment: Segment) -> None:
        self.client, self.segment = client, segment
        self.address = f"/t/acme/segments/{segment.pk}/edit/"
        self.open()

    def open(self) -> str:
        page = self.client.get(self.address).content.decode()
        self.revision = self.revision_in(page)
        return page

    def post(self, where: str, **fields: Any) -> str:
        answer = self.send(where, **fields)
        assert answer.status_code == 200, answer.headers.get("HX-Trigger")
        body = answer.content.decode()
        self.revision = self.revision_in(body)
        return body

    def send(self, where: str, **fields: Any) -> Answer:
        return self.client.post(self.address + where, {"revision": self.revision, "page": "p", **fields})

    def refusal(self, where: str, **fields: Any) -> str:
        answer = self.send(where, **fields)
        assert answer.status_code == 204
        return str(json.loads(answer["HX-Trigger"])["toast"]["text"])

    def get(self, where: str, **fields: Any) -> str:
        answer = self.client.get(self.address + where, {"page": "p", "revision": self.revision, **fields})
        return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)

    @staticmethod
    def revision_in(body: str) -> int:
        found = re.search(r'id="revision" value="(\d+)"', body)
        assert found
        return int(found[1])

    @property
    def rules(self) -> Rules:
        with tenant_scope(self.segment.tenant_id):
            self.segment.refresh_from_db()
        return Rules.model_validate(self.segment.draft_rules)

    @property
    def values(self) -> list[object]:
        """The values of every condition, in order."""
        return [getattr(condition, "values", ()) for condition in self.rules.conditions]

    @property
    def conditions(self) -> list[str]:
        return [condition.id for condition in self.rules.conditions]


def in_country(name: str, *countries: str) -> AttributeCondition:
    return AttributeCondition(id=name, attribute="country", operator=Operator.IN_LIST, values=countries)


def draft(acme: Tenant, *conditions: AttributeCondition | QueryCondition, name: str = "Sleepers") -> Segment:
    section = Section(id="s", conditions=conditions)
    with tenant_scope(acme):
        return services.create_segment(name=name, rules=Rules(include=Group(sections=(section,))), actor=None)


@pytest.fixture
def desk(acme: Tenant, filled: None, sign_in: SignIn) -> Desk:
    return Desk(sign_in("ampiq_user"), draft(acme, in_country("a", "Spain"), in_country("b", "Spain")))


def test_a_segment_is_built_by_clicking_counted_and_activated(acme: Tenant, filled: None, sign_in: SignIn) -> None:
    client = sign_in("ampiq_user")
    made = client.post("/t/acme/segments/new/", {"name": "Spanish", "description": "For the spring"})
    with tenant_scope(acme):
        desk = Desk(client, Segment.objects.get(name="Spanish"))
    assert made["Location"] == desk.address
    assert {"email", "Has purchased", "Total value of orders"} <= set(
        re.findall(r'<span dir="auto">(.*?)</span>', desk.get("choices/", into="include"))
    )
    added = desk.post("conditions/", what="attribute:country", into="include")
    assert 'id="part-include"' in added
    assert 'id="part-exclude"' not in added, "only what is different comes back"
    assert "needs at least one value" in added
    (country,) = desk.conditions
    assert "1 condition left out" in desk.get("count/")
    typed = desk.post(f"conditions/{country}/", operator="in_list", add="Spain\nNorway")
    assert "is in list</span> <bdi>Spain, Norway" in typed
    figures = " ".join(re.sub("<[^>]+>", " ", desk.get("count/")).split())
    assert "3 customers" in figures
    assert "75 % of 4 Reachable by e-mail 2 · 66.7 % Counted just now on data of" in figures
    section = desk.rules.include.sections[0].id
    assert f'id="count-{section}" hx-swap-oob="true">3</span>' in desk.get("count/")
    assert "SELECT" in desk.get("sql/")
    activated = client.post(f"/t/acme/segments/{desk.segment.pk}/activate/", {"revision": desk.revision})
    assert activated["Location"] == f"/t/acme/segments/{desk.segment.pk}/"
    with tenant_scope(acme):
        assert Segment.objects.active().get() == desk.segment
        events = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert events == ["segment:created", "segment:edited", "segment:activated"], "one sitting is one event"


def test_a_count_says_how_old_all_the_data_is_that_it_asks(desk: Desk) -> None:
    assert "Orders" not in desk.get("count/")
    desk.post("conditions/", what="behaviour:Orders:has", into="s")
    said = " ".join(re.sub("<[^>]+>", " ", desk.get("count/")).split())
    assert re.search(r"Counted just now on data of \S+ , Orders of \S+", said)


def test_a_draft_that_was_changed_since_is_not_activated_unseen(desk: Desk) -> None:
    desk.post("arrange/", how="remove", piece="a")
    client, address = desk.client, f"/t/acme/segments/{desk.segment.pk}/activate/"
    assert client.post(address, {"revision": desk.revision - 1})["Location"] == desk.address
    assert desk.segment.status == Segment.Status.DRAFT


def test_two_people_s_changes_come_together_or_are_both_shown(desk: Desk, sign_in: SignIn, acme: Tenant) -> None:
    other = Desk(sign_in("user_administration"), desk.segment)
    other.post("conditions/a/", operator="in_list", values=["Norway"])
    assert "changed it" in desk.get("pulse/")
    together = desk.post("conditions/b/", operator="in_list", values=["Peru"])
    assert "Someone else is editing this segment too" in together
    assert 'id="c-a"' in together, "the other's change is shown"
    assert desk.values == [("Norway",), ("Peru",)]

    other.open()
    other.post("conditions/b/", operator="in_list", values=["Chile"])
    disputed = desk.post("conditions/b/", operator="in_list", values=["Cuba"])
    assert "at the same time" in disputed
    assert re.search(
        r"<ins[^>]*>country is in list Chile</ins>.*<ins[^>]*>country is in list Cuba</ins>", disputed, re.DOTALL
    )
    assert '<input type="hidden" name="values" value="Cuba">' in disputed
    assert desk.values[1] == ("Chile",), "nothing is overwritten"
    desk.post("conditions/b/", operator="in_list", values=["Cuba"], again="yes")
    assert desk.values[1] == ("Cuba",)

    other.open()
    other.post("arrange/", how="remove", piece="b")
    assert "at the same time" in desk.post("conditions/b/", operator="in_list", values=["Mali"])
    desk.post("conditions/b/", operator="in_list", values=["Mali"], again="yes")
    assert desk.values[1] == ("Mali",), "and what was removed comes back"


def test_one_s_own_last_change_is_undone_and_nobody_else_s(desk: Desk, sign_in: SignIn) -> None:
    before = desk.rules
    desk.post("arrange/", how="remove", piece="a")
    desk.post("arrange/", how="duplicate", piece="b")
    desk.post("undo/")
    desk.post("undo/")
    assert desk.rules == before
    assert "no change left" in desk.refusal("undo/")
    desk.post("redo/")
    assert desk.conditions == ["b"]
    desk.post("redo/")
    assert len(desk.conditions) == 2
    desk.post("undo/")
    desk.post("undo/")
    assert desk.rules == before, "what was made again is undone again"
    desk.post("arrange/", how="down", piece="a")
    assert "no change left to redo" in desk.refusal("redo/"), "something else was changed since"
    assert "last change is by" in Desk(sign_in("user_administration"), desk.segment).refusal("undo/")


def test_an_answer_brings_all_that_a_page_has_passed_over(desk: Desk) -> None:
    """A page that sends its next change before it has the answer shows an older state than it changes."""
    shown = desk.revision
    desk.post("conditions/a/", operator="empty")
    assert 'id="c-a"' not in desk.post("conditions/b/", operator="empty")
    assert 'id="c-a"' in desk.post("conditions/b/", operator="not_empty", shown=shown)


def test_people_with_restricted_access_ask_about_no_personal_data(
    desk: Desk, sign_in: SignIn, acme: Tenant
) -> None:
    desk.post("conditions/", what="attribute:email", into="s")
    email = desk.conditions[-1]
    desk.post(f"conditions/{email}/", **{"operator": "contains", "value-0": "secret-ana"})
    assert 'id="hindrance"' not in desk.open()
    with tenant_scope(acme):
        by_email = Query.objects.create(
            name="By address",
            status=Query.Status.ACTIVE,
            sql="SELECT id FROM Customer360 WHERE email LIKE 'secret%'",
        )
    restricted = Desk(sign_in("restricted_pii"), desk.segment)
    for shown in (restricted.open(), restricted.get("sql/"), restricted.post("arrange/", how="up", piece=email)):
        assert "secret-ana" not in shown
    assert re.search(r'disabled aria-describedby="hindrance" title="Personal data decides', restricted.open())
    offered = restricted.get("choices/", into="s")
    assert re.search(r'value="attribute:email"\s+disabled', offered)
    assert not re.search(r'value="attribute:country"\s+disabled', offered)
    assert "hidden from you" in restricted.get("values/", table="Customer360", column="email")
    for where, fields in {
        "conditions/": {"what": "attribute:email", "into": "s"},
        f"conditions/{email}/": {"operator": "contains", "value-0": "bo@"},
        "arrange/": {"how": "duplicate", "piece": email},
    }.items():
        assert "personal data" in restricted.refusal(where, **fields)
    assert "personal data" in restricted.refusal("conditions/", what=f"query:{by_email.pk}", into="s")
    assert "secret-ana" in desk.open()


def test_values_are_picked_with_how_often_they_are_there(desk: Desk, acme: Tenant) -> None:
    assert re.findall(
        r'data-value="(.*?)".*?num">(.*?)<', desk.get("values/", table="Customer360", column="country")
    ) == [("Spain", "3")]
    assert "Spain" in desk.get("values/", table="Customer360", column="country", q="PAI")
    assert "No such value" in desk.get("values/", table="Customer360", column="country", q="Peru")
    assert "bo@example.com" in desk.get("values/", table="Customer360", column="email", q="bo")
    assert "<p>" in desk.get("values/", table="Nowhere", column="country")
    with tenant_scope(acme):
        wages = customer360.create_table(
            name="Wages", columns=[ColumnDraft("wage", DataType.STRING, is_pii=False)]
        )
        fill(wages, wage=["top-secret"])
    assert "top-secret" not in desk.get("values/", table="Wages", column="wage")


def test_a_page_of_sixty_conditions_costs_as_many_queries_as_one_of_two(desk: Desk, acme: Tenant) -> None:
    many = Desk(desk.client, draft(acme, *(in_country(f"c{n}", "Spain") for n in range(60)), name="Many"))
    costs = []
    for each, piece in ((desk, "a"), (many, "c3")):
        each.post(f"conditions/{piece}/", operator="in_list", values=["Peru"])
        with CaptureQueriesContext(connection) as spent:
            each.open()
            opened = len(spent)
            each.post(f"conditions/{piece}/", operator="in_list", values=["Chile"])
        costs.append((opened, len(spent)))
    assert costs[0] == costs[1]


def test_an_obsolete_count_is_interrupted_whether_it_runs_or_waits(acme: Tenant) -> None:
    numbers = {"numbers": ArrowRelation(pa.table({"n": list(range(60_000))}))}
    both = exp.to_table("numbers").as_("a"), exp.to_table("numbers").as_("b")
    pairs = exp.select(exp.Count(this=exp.Star())).from_(both[0]).join(both[1], on="a.n + b.n % 7 > 1")

    def something_newer_is_asked() -> None:
        with tenant_scope(acme.pk):
            counting.give_up("page")

    with tenant_scope(acme):
        later = threading.Timer(0.3, something_newer_is_asked)
        with pytest.raises(EngineInterruptedError), counting.open_newest("page", numbers) as session:
            later.start()
            session.one(pairs)
        with open_interactive(numbers):
            threading.Timer(0.3, something_newer_is_asked).start()
            with pytest.raises(EngineInterruptedError), counting.open_newest("page", numbers):
                pass


def test_a_segment_in_use_is_not_taken_away(desk: Desk, acme: Tenant) -> None:
    client, own = desk.client, f"/t/acme/segments/{desk.segment.pk}/"
    client.post(f"{own}activate/")
    asking = Desk(client, draft(acme, name="Asking"))
    asking.post("conditions/", what=f"segment:{desk.segment.pk}", into="include")
    client.post(f"/t/acme/segments/{asking.segment.pk}/activate/")
    for verb in ("withdraw", "archive", "delete"):
        refused = client.post(f"{own}{verb}/", follow=True).content.decode()
        assert "it is used in one place" in refused
    assert "uses this segment" in desk.refusal("conditions/", what=f"segment:{asking.segment.pk}", into="s")
    client.post(f"/t/acme/segments/{asking.segment.pk}/withdraw/")
    client.post(f"{own}archive/", follow=True)
    assert "Sleepers" not in client.get("/t/acme/segments/").content.decode()
    assert "Sleepers" in client.get("/t/acme/segments/?status=archived").content.decode()
    assert "archived" in desk.refusal("arrange/", how="remove", piece="a")
    client.post(f"{own}unarchive/")
    client.post(f"{own}copy/")
    client.post(f"{own}delete/")
    with tenant_scope(acme):
        assert set(Segment.objects.values_list("name", flat=True)) == {"Asking", "Copy of Sleepers"}
        assert AuditEvent.objects.filter(action="segment:deleted").count() == 1


def test_versions_say_what_they_changed_and_can_be_made_the_draft_again(desk: Desk) -> None:
    client, own = desk.client, f"/t/acme/segments/{desk.segment.pk}/"
    client.post(f"{own}activate/")
    desk.post("conditions/a/", operator="in_list", values=["Peru"])
    client.post(f"{own}activate/")
    desk.post("arrange/", how="remove", piece="b")
    told = client.get(f"{own}versions/").content.decode()
    assert "country is in list Peru" in told
    assert "Version 2" in told
    assert "The draft is different" in client.get(own).content.decode()
    client.post(f"{own}versions/1/restore/")
    assert desk.values == [("Spain",), ("Spain",)]
    with tenant_scope(desk.segment.tenant_id):
        assert desk.segment.active_version.number == 2


def test_the_list_says_sizes_and_users_in_as_many_queries_for_many_as_for_few(desk: Desk, acme: Tenant) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as spent:
            desk.client.get("/t/acme/segments/?sort=-updated_at")
        return len(spent)

    before = cost()
    with tenant_scope(acme):
        Column.objects.filter(table__name="Customer360", name="country").update(name="land")
    others = [draft(acme, in_country("a", "Spain"), name=f"Other {number}") for number in range(3)]
    assert cost() == before
    with tenant_scope(acme):
        Column.objects.filter(table__name="Customer360", name="land").update(name="country")
    shown = desk.client.get(
        f"/t/acme/segments/sizes/?ids={others[0].pk}&ids={desk.segment.pk}&ids=x"
    ).content.decode()
    assert re.findall(r'id="size-\d+"[^>]*>(\d+)<', shown) == ["3", "3"]


def test_customers_are_asked_for_by_the_result_of_a_query(desk: Desk, acme: Tenant, sign_in: SignIn) -> None:
    def query(name: str, sql: str) -> Query:
        return Query.objects.create(name=name, sql=sql, status=Query.Status.ACTIVE)

    with tenant_scope(acme):
        spenders = query(
            "Spenders", "WITH o AS (SELECT customer FROM Orders WHERE value > 9) SELECT customer FROM o"
        )
        nobody = query("Sums", "SELECT sum(value) AS value FROM Orders")
    desk.post("conditions/", what=f"query:{spenders.pk}", into="s")
    assert '>2</span> <span class="muted">customers' in desk.get("count/")
    assert "Spenders" in (by_name := desk.get("sql/"))
    assert "value" not in by_name, "who may not see queries does not see their text"
    assert "value" in Desk(sign_in("datagrid_administrator"), desk.segment).get("sql/")
    name = desk.conditions[-1]
    assert "is not found by the query" in desk.post(f"conditions/{name}/", member="no")
    assert '>1</span> <span class="muted">customer<' in desk.get("count/")
    assert "no column with the key" in desk.post("conditions/", what=f"query:{nobody.pk}", into="s")
    desk.post("arrange/", how="remove", piece=desk.conditions[-1])
    desk.client.post(f"/t/acme/segments/{desk.segment.pk}/activate/")
    assert "Sleepers" in sign_in("datagrid_administrator").get(f"/t/acme/queries/{spenders.pk}/").content.decode()
