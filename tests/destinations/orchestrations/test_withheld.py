"""Who is sent when personal data decides it, and how many, is told to nobody who may not see personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from django.core import mail

from accounts.access import access_of
from customer360.models import Query
from destinations.delivery import advice, files, progress
from destinations.delivery.models import Delivery
from destinations.delivery.outcomes import Counts
from destinations.delivery.specs import AudienceSpec, Scope
from destinations.models import Destination
from destinations.orchestrations.audiences import audience_of
from destinations.orchestrations.services import running
from notifications.models import Notification
from notifications.tasks import send_alert
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from segments.services import activate_segment, create_segment
from tests.access.objects.deliveries import outcomes_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from segments.models import Segment
    from tests.cast import Cast
    from tests.destinations.orchestrations.studio import Studio

MANY, ADDED = 7331, 7117
NUMBERS = ("7,331", "7331", "7,117", "7117")
"""What the account of the delivery says, as pages and files write it."""


def by_address(studio: Studio) -> Segment:
    condition = AttributeCondition(attribute="email", operator=Operator.CONTAINS, values=("p1",))
    rules = Rules(include=Group(sections=(Section(conditions=(condition,)),)))
    segment = create_segment(name="By address", rules=rules, actor=studio.person)
    activate_segment(segment=segment, actor=studio.person)
    segment.refresh_from_db()
    return segment


def test_the_audience_says_whether_personal_data_decided_it(studio: Studio) -> None:
    sources = (
        studio.query("By address too", "email LIKE 'p1%'"),
        studio.query(),
        by_address(studio),
        studio.segment(),
    )
    sent = [studio.orchestration(source).objects_sent.get() for source in sources]
    specs = [audience_of(each).spec for each in sent]
    assert [each.decided_by_pii for each in specs] == [True, False, True, False]
    from_before = specs[1].model_dump(exclude={"decided_by_pii"})
    assert AudienceSpec.model_validate(from_before).decided_by_pii, "what nobody asked about counts as personal"


@pytest.fixture
def sent(studio: Studio, cast: Cast) -> Delivery:
    """One by addresses, open to everybody, that was sent to more than seven thousand."""
    Destination.objects.update(allow_restricted_pii=True)
    orchestration = studio.orchestration(studio.query(where="email LIKE 'p1%'"))
    run = running.run_now(orchestration=orchestration, actor=cast["restricted_pii"])
    running.begin(run.pk)
    delivery = Delivery.objects.select_related("target").get()
    delivery.status = Delivery.Status.COMPLETED
    delivery.counts = Counts(audience=MANY, added=ADDED, failed=MANY - ADDED).as_json()
    delivery.estimated_calls = MANY
    delivery.outcomes_file = outcomes_of(delivery)
    delivery.save()
    return delivery


def test_what_replaces_it_is_withheld_too(sent: Delivery, studio: Studio, cast: Cast) -> None:
    orchestration, reader = (
        sent.orchestration_runs.get().run.orchestration,
        access_of(cast["restricted_pii"], cast.acme),
    )
    Query.objects.update(sql="SELECT id, email FROM Customer360 WHERE score > 50")
    withheld = []
    for _ in range(2):
        running.begin(running.run_now(orchestration=orchestration, actor=studio.person).pk)
        made = Delivery.objects.latest("pk")
        withheld.append((made.audience.decided_by_pii, made.is_withheld_from(reader)))
        Delivery.objects.filter(pk=made.pk).update(status=Delivery.Status.COMPLETED)
    assert withheld == [(False, True), (False, False)], "what the first removes tells of the addresses"


def shown(browser: Client, address: str, **posted: str) -> str:
    path = f"/t/acme/{address}"
    return (browser.post(path, posted) if posted else browser.get(path)).content.decode()


def test_neither_its_numbers_nor_its_customers_are_on_any_page(
    sent: Delivery, sign_in: Callable[[str], Client]
) -> None:
    orchestration = sent.orchestration_runs.get().run.orchestration
    report = f"deliveries/{sent.pk}/"
    pages = (
        "",
        "admin/",
        "deliveries/",
        report,
        "orchestrations/",
        f"orchestrations/{orchestration.pk}/",
        f"destinations/{sent.connector.destination_id}/",
    )
    open_to, restricted = sign_in("datagrid_operator"), sign_in("restricted_pii")
    for page in pages:
        body = shown(restricted, page)
        assert str(orchestration) in body, page
        assert not [number for number in NUMBERS if number in body], page
    for page in ("admin/", "deliveries/", f"orchestrations/{orchestration.pk}/"):
        assert "hidden from you</span>" in shown(restricted, page), page
    assert "customer-0" not in shown(restricted, report) + shown(restricted, f"{report}search/", q="customer-0")
    assert "you can't see who they are or how many" in shown(restricted, report)
    assert restricted.get(f"/t/acme/{report}report.csv").status_code == 403
    assert "customer-0" in shown(open_to, report)
    assert "7,331" in shown(open_to, report)


def test_what_was_tried_tells_no_more(sent: Delivery, sign_in: Callable[[str], Client]) -> None:
    name = files.delivery_file(sent.pk, "plan", epoch=1)
    files.write_table(pa.table({"key": ["customer-0"]}), name, pii=())
    planned = {"audience": MANY, "adds": ADDED, "updates": 0, "removes": 0}
    sent.scope, sent.plan_file, sent.planned, sent.counts = Scope.DRY_RUN, name, planned, {}
    sent.save()
    restricted = sign_in("restricted_pii")
    orchestration = sent.orchestration_runs.get().run.orchestration_id
    for page in (f"deliveries/{sent.pk}/", "deliveries/", f"orchestrations/{orchestration}/"):
        assert not [number for number in (*NUMBERS, "customer-0") if number in shown(restricted, page)], page


def test_notifications_and_their_mails_say_no_number_of_it(
    sent: Delivery, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    progress.tell(sent)
    for person, is_told in (("restricted_pii", False), ("datagrid_operator", True)):
        own = Notification.objects.get(recipient=cast[person])
        send_alert(notification_id=own.pk, tenant_id=cast.acme.pk)
        for told in (shown(sign_in(person), "notifications/"), mail.outbox[-1].body):
            assert ("7,117 of 7,331" in told) is is_told, (person, told)
            assert ("its numbers are not shown to you" in told) is not is_told


def test_what_holds_it_is_said_without_numbers() -> None:
    reasons = [{"code": "empty_audience", "members": MANY}, {"code": "target_taken"}]
    held = Delivery(status=Delivery.Status.HELD, held_for=reasons)
    assert advice.told(held, discreet=True).split(". ") == [
        *advice.DISCREET.what.removesuffix(".").split(". "),
        advice.HOLDS["target_taken"].what.removesuffix("."),
        advice.DISCREET.todo.removesuffix("."),
        advice.HOLDS["target_taken"].todo,
    ]
