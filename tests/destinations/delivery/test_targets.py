"""Places at a destination belong to one audience of the whole installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.connecting import TargetTaken
from destinations.delivery.models import Delivery, Target
from tenants.scope import tenant_scope
from tests.destinations.delivery.desk import Desk, people, run_due_work

if TYPE_CHECKING:
    from tenants.models import Tenant
    from tests.sandbox import Sandbox

Status = Delivery.Status


def as_another_owner(desk: Desk) -> None:
    desk.owner = desk.owner.model_copy(update={"id": desk.owner.id + 1, "label": "Other"})


def test_an_owner_keeps_its_target_whatever_it_is_called_now(desk: Desk) -> None:
    first = desk.target()
    desk.list_name, desk.owner = "New name", desk.owner.model_copy(update={"label": "New label"})

    again = desk.target()

    assert again.pk == first.pk
    assert again.spec.list is not None
    assert again.spec.list.name == "VIPs"
    assert again.owner_label == "New label"


@pytest.mark.parametrize("name", ["VIPs", "vips", " VIPS "])
def test_a_second_owner_of_a_list_is_refused(desk: Desk, name: str) -> None:
    desk.target()
    as_another_owner(desk)
    desk.list_name = name

    with pytest.raises(TargetTaken):
        desk.target()

    with tenant_scope(desk.tenant):
        assert Target.objects.count() == 1


def test_a_second_owner_of_a_status_property_is_refused(desk: Desk) -> None:
    desk.target(status="vip_status")
    as_another_owner(desk)
    desk.list_name = "Others"

    with pytest.raises(TargetTaken):
        desk.target(status="vip_status")


def test_another_tenant_is_refused_as_well_without_seeing_whose_it_is(
    desk: Desk, globex: Tenant, sandbox: Sandbox
) -> None:
    desk.target()
    theirs = Desk.open(globex, sandbox)

    with pytest.raises(TargetTaken):
        theirs.target()


def test_the_same_name_in_another_account_is_another_place(desk: Desk, sandbox: Sandbox) -> None:
    desk.target()
    sandbox.account = sandbox.add_account()
    elsewhere = Desk.open(desk.tenant, sandbox)
    elsewhere.owner = desk.owner.model_copy(update={"id": 2})

    assert elsewhere.target().account != desk.target().account


def test_a_list_that_turns_out_to_be_anothers_is_held(desk: Desk, sandbox: Sandbox) -> None:
    desk.send(people(1))
    renamed = sandbox.state()["ids"]["lists"]["VIPs"]
    assert sandbox.call("PUT", f"/crm/v3/lists/{renamed}/update-list-name?listName=Others").ok
    as_another_owner(desk)
    desk.list_name = "Others"

    delivery = desk.send(people(2))

    assert delivery.status == Status.HELD
    assert delivery.held_for == [{"code": "target_taken"}]
    assert sandbox.members("Others") == []


def test_a_list_renamed_by_hand_is_still_the_targets(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(people(1))
    number = sandbox.state()["ids"]["lists"]["VIPs"]
    assert sandbox.call("PUT", f"/crm/v3/lists/{number}/update-list-name?listName=Best").ok

    desk.send(people(1, 2))

    assert list(sandbox.state()["lists"]) == ["Best"]
    assert sandbox.members("Best") == ["p1@example.com", "p2@example.com"]


def test_a_list_deleted_by_hand_is_made_again_with_everybody(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(people(1, 2))
    number = sandbox.state()["ids"]["lists"]["VIPs"]
    assert sandbox.call("DELETE", f"/crm/v3/lists/{number}").ok

    again = desk.send(people(1, 2))

    assert desk.outcomes(again) == {"c1": "added", "c2": "added"}
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]


def test_an_active_list_is_refused_in_words(desk: Desk, sandbox: Sandbox) -> None:
    body = {
        "name": "VIPs",
        "objectTypeId": "0-1",
        "processingType": "DYNAMIC",
        "filterBranch": {"filterBranchType": "OR"},
    }
    assert sandbox.call("POST", "/crm/v3/lists", body).ok

    delivery = desk.send(people(1))

    assert (delivery.status, delivery.error_code) == (Status.FAILED, "configuration")
    assert "“VIPs” is not a static list" in delivery.error


@pytest.mark.long
def test_two_tenants_that_share_an_account_each_get_their_turn(
    desk: Desk, globex: Tenant, sandbox: Sandbox
) -> None:
    sandbox.add_contacts("p1@example.com")
    theirs = Desk.open(globex, sandbox)
    theirs.list_name = "Theirs"
    mine, other = desk.start(people(1)), theirs.start(people(1))

    run_due_work()

    assert desk.now(mine).status == theirs.now(other).status == Status.COMPLETED
    assert sandbox.members("VIPs") == sandbox.members("Theirs") == ["p1@example.com"]
