"""What people do with deliveries: release, stop, go on, retry, try out; and one delivery at a time per target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.models import AuditEvent
from destinations.delivery import owners, services
from destinations.delivery.calls import Pause, Why
from destinations.delivery.due import due_work
from destinations.delivery.leases import Keeper
from destinations.delivery.models import Delivery, Slice
from destinations.delivery.refusals import AlreadyWaitingError, NothingFailedError, NotNowError, OvertakenError
from destinations.delivery.specs import Guards, Scope
from destinations.delivery.work import Hold, take_slice
from notifications.models import Kind, Notification
from tenants.scope import tenant_scope
from tests.destinations.delivery.desk import NO_GUARDS, people, run_due_work

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from accounts.models import User
    from tests.cast import Cast
    from tests.destinations.delivery.desk import Desk
    from tests.sandbox import Sandbox

Status = Delivery.Status


@pytest.fixture
def person(cast: Cast) -> User:
    return cast["datagrid_operator"]  # of the desk no data template is known


def held_codes(delivery: Delivery) -> list[str]:
    return [reason["code"] for reason in delivery.held_for]


def test_an_empty_audience_waits_for_a_yes(desk: Desk, sandbox: Sandbox, person: User) -> None:
    sandbox.add_contacts("p1@example.com")
    desk.send(people(1))

    held = desk.send([], guards=Guards(max_change_percent=None))

    assert held.status == Status.HELD
    assert held_codes(held) == ["empty_audience"]
    assert sandbox.members("VIPs") == ["p1@example.com"]
    with tenant_scope(desk.tenant):
        services.approve_delivery(delivery=held, actor=person)
    run_due_work()
    assert desk.now(held).status == Status.COMPLETED
    assert sandbox.members("VIPs") == []


@pytest.mark.parametrize(("percent", "held"), [(30, True), (60, False)])
def test_a_change_above_the_limit_waits_for_a_yes(desk: Desk, sandbox: Sandbox, percent: int, held: bool) -> None:  # noqa: FBT001 - a case
    sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1, 6)))
    desk.send(people(1, 2, 3, 4))

    delivery = desk.send(people(1, 2, 3, 5), guards=Guards(max_change_percent=percent))

    assert (delivery.status == Status.HELD) is held
    if held:
        assert delivery.held_for == [{"code": "large_change", "changed": 2, "members": 4, "limit": 30}]


def test_more_removals_than_allowed_wait_for_a_yes(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com", "p3@example.com")
    desk.send(people(1, 2, 3))

    delivery = desk.send(people(1), guards=Guards(max_change_percent=None, max_removals=1))

    assert delivery.held_for == [{"code": "many_removals", "removals": 2, "limit": 1}]


def test_more_calls_than_the_day_has_left_wait_for_a_yes(desk: Desk, sandbox: Sandbox) -> None:
    allowance = desk.settings.allowance.model_copy(update={"daily": 4})
    desk.settings = desk.settings.model_copy(update={"allowance": allowance})

    delivery = desk.send(people(*range(201)), guards=Guards())

    assert delivery.held_for == [{"code": "too_many_calls", "needed": 4, "left": 2}]


@pytest.mark.long
def test_a_held_delivery_that_is_stopped_sends_nothing(desk: Desk, sandbox: Sandbox, person: User) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(people(1, 2))
    held = desk.send(people(1), guards=Guards(max_change_percent=10))

    with tenant_scope(desk.tenant):
        services.stop_delivery(delivery=held, actor=person)
    run_due_work()

    stopped = desk.now(held)
    assert stopped.status == Status.STOPPED
    assert (stopped.tally.unchanged, stopped.tally.removals_not_sent) == (1, 1)
    assert len(sandbox.members("VIPs")) == 2


@pytest.mark.long
def test_a_delivery_stopped_half_way_accounts_for_what_was_sent_and_can_send_the_rest(
    desk: Desk, sandbox: Sandbox, person: User, settings: Settings
) -> None:
    settings.DELIVERY_SLICE_ROWS = 2
    sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1, 7)))
    delivery = desk.start(people(1, 2, 3, 4, 5, 6))
    work_until_sent(desk, delivery, slices=1)

    with tenant_scope(desk.tenant):
        services.stop_delivery(delivery=desk.now(delivery), actor=person)
    run_due_work()

    stopped = desk.now(delivery)
    assert stopped.status == Status.STOPPED
    assert (stopped.tally.added, stopped.tally.not_sent) == (2, 4)
    assert len(desk.ledger(stopped.target)) == 2

    with tenant_scope(desk.tenant):
        services.resume_delivery(delivery=stopped, actor=person)
    run_due_work()

    finished = desk.now(delivery)
    assert finished.status == Status.COMPLETED
    assert (finished.tally.added, finished.tally.not_sent) == (6, 0)
    assert len(sandbox.members("VIPs")) == 6


def test_a_stopped_delivery_makes_no_further_call_whatever_is_in_hand(desk: Desk, person: User) -> None:
    delivery = desk.start(people(1, 2))
    with tenant_scope(desk.tenant):
        piece = take_slice(delivery.pk)
        assert piece is not None
        keeper = Keeper(lambda: True)
        Hold(piece).watch(keeper)
        services.stop_delivery(delivery=desk.now(delivery), actor=person)
        with pytest.raises(Pause) as stopped:
            Hold(piece).watch(keeper)
    assert stopped.value.why is Why.STOP


def work_until_sent(desk: Desk, delivery: Delivery, *, slices: int) -> None:
    """Runs the engine until so many slices of the sending phase are done."""
    sent = 0
    while sent < slices:
        run_due_work(steps=1)
        with tenant_scope(desk.tenant):
            done = Slice.objects.of(delivery).filter(phase=Slice.Phase.SEND, state=Slice.State.DONE)
            sent = done.count()


@pytest.mark.long
def test_what_a_newer_delivery_has_overtaken_is_not_resumed(
    desk: Desk, sandbox: Sandbox, person: User, settings: Settings
) -> None:
    settings.DELIVERY_SLICE_ROWS = 1
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    delivery = desk.start(people(1, 2))
    work_until_sent(desk, delivery, slices=1)
    with tenant_scope(desk.tenant):
        services.stop_delivery(delivery=desk.now(delivery), actor=person)
    run_due_work()
    desk.send(people(2))

    with tenant_scope(desk.tenant), pytest.raises(OvertakenError):
        services.resume_delivery(delivery=desk.now(delivery), actor=person)

    assert sandbox.members("VIPs") == ["p2@example.com"]


@pytest.mark.long
def test_only_what_failed_is_retried_and_nobody_is_removed(
    desk: Desk, sandbox: Sandbox, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com", "p3@example.com")
    desk.send(people(3))
    sandbox.fault(
        "status",
        path="*/memberships/*",
        status=400,
        body={"category": "VALIDATION_ERROR", "message": "No."},
        count=0,
    )
    failed = desk.send(people(1, 2, 3))
    assert (failed.status, failed.tally.failed, failed.tally.unchanged) == (Status.COMPLETED_WITH_ERRORS, 2, 1)
    sandbox.control("DELETE", "faults")

    with tenant_scope(desk.tenant):
        retried = services.retry_failed_rows(delivery=failed, actor=person)
    run_due_work()

    assert desk.outcomes(desk.now(retried)) == {"c1": "added", "c2": "added"}
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com", "p3@example.com"]
    assert len(desk.ledger(failed.target)) == 3
    with tenant_scope(desk.tenant), pytest.raises(NothingFailedError):
        services.retry_failed_rows(delivery=desk.now(retried), actor=person)


def test_a_sample_sends_the_first_rows_and_removes_nobody(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*(f"p{number}@example.com" for number in range(10, 19)))
    desk.send(people(18))

    sample = desk.send([("c1", "bad"), *people(*range(10, 18))], scope=Scope.SAMPLE, sample_size=3)

    assert desk.outcomes(sample) == {"c10": "added", "c11": "added", "c12": "added"}
    assert len(sandbox.members("VIPs")) == 4


def test_a_dry_run_sends_nothing_and_says_what_would_change(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(people(1))
    sandbox.forget_calls()

    trial = desk.send(people(2), scope=Scope.DRY_RUN)

    assert trial.status == Status.COMPLETED
    assert (trial.planned["adds"], trial.planned["removes"], trial.estimated_calls) == (1, 1, 3)
    assert {call["method"] for call in sandbox.calls()} == {"GET"}
    assert sandbox.members("VIPs") == ["p1@example.com"]


def test_a_dry_run_for_a_new_list_creates_none(desk: Desk, sandbox: Sandbox) -> None:
    trial = desk.send(people(1), scope=Scope.DRY_RUN)

    assert trial.status == Status.COMPLETED
    assert sandbox.state()["lists"] == {}


@pytest.mark.long
def test_the_next_delivery_to_a_target_waits_once_and_begins_by_itself(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    first = desk.start(people(1))
    second = desk.start(people(2))

    with pytest.raises(AlreadyWaitingError):
        desk.start(people(1, 2))
    assert (desk.now(first).status, desk.now(second).status) == (Status.PREPARING, Status.WAITING)

    run_due_work()

    assert desk.now(second).status == Status.COMPLETED
    assert sandbox.members("VIPs") == ["p2@example.com"]


def test_deliveries_to_different_targets_run_side_by_side(desk: Desk) -> None:
    desk.start(people(1))
    desk.list_name, desk.owner = "Others", desk.owner.model_copy(update={"id": 2})

    assert desk.start(people(1)).status == Status.PREPARING


def test_a_waiting_delivery_that_is_stopped_never_begins(desk: Desk, person: User) -> None:
    desk.start(people(1))
    waiting = desk.start(people(2))
    with tenant_scope(desk.tenant):
        services.stop_delivery(delivery=waiting, actor=person)
    run_due_work()

    assert desk.now(waiting).status == Status.STOPPED


def test_what_has_ended_can_be_neither_stopped_nor_released(desk: Desk, person: User) -> None:
    ended = desk.send(people(1))

    with tenant_scope(desk.tenant):
        for service in (services.stop_delivery, services.approve_delivery):
            with pytest.raises(NotNowError):
                service(delivery=ended, actor=person)

    assert desk.now(ended).status == Status.COMPLETED


def test_the_owner_is_told_once_however_often_it_is_tried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    def on_finished(delivery: Delivery) -> None:
        told.append(delivery.pk)

    monkeypatch.setitem(owners._owners, "test", owners.Owner(on_finished))
    delivery = desk.send(people(1))
    with tenant_scope(desk.tenant):
        services.tell_owner(delivery.pk)

    assert told == [delivery.pk]


def test_an_owner_who_could_not_be_told_is_told_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(delivery: Delivery) -> None:
        raise RuntimeError

    monkeypatch.setitem(owners._owners, "test", owners.Owner(broken))
    with pytest.raises(RuntimeError):
        desk.send(people(1))

    assert [due.step for due in due_work()] == ["tell"]


def test_each_step_of_a_person_leaves_its_trace_in_the_audit(desk: Desk, sandbox: Sandbox, person: User) -> None:
    sandbox.add_contacts("p1@example.com")
    desk.send(people(1))
    held = desk.send([], guards=Guards(max_change_percent=None))
    with tenant_scope(desk.tenant):
        services.approve_delivery(delivery=held, actor=person)
        approved = AuditEvent.objects.about(held).get(action="delivery:approved")

    assert approved.actor_id == person.pk
    assert approved.changes == {"held_for": [{"code": "empty_audience", "members": 1}]}


def test_whoever_started_it_sees_how_it_ended(desk: Desk, sandbox: Sandbox, person: User) -> None:
    sandbox.add_contacts("p1@example.com")
    with tenant_scope(desk.tenant):
        delivery = services.start_delivery(
            target=desk.target(),
            audience=desk.audience(people(1, 2)),
            mapping=desk.mapping(),
            connector=desk.settings,
            started_by=person,
            guards=NO_GUARDS,
        )
    run_due_work()

    with tenant_scope(desk.tenant):
        told = Notification.objects.of(person).get(thread=f"delivery:{delivery.pk}")
    assert told.kind == Kind.COMPLETED
    assert told.title == "VIP customers: Completed"
    assert told.body == "1 of 2 customers delivered, 1 not found."
    assert told.link == f"/t/acme/deliveries/{delivery.pk}/"
