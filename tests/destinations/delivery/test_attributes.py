"""What is written to contacts: mapped fields in their written form, the audience's status, new contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from destinations.delivery.models import Delivery
from destinations.delivery.specs import FieldKind, FieldMapping, Scope
from tests.destinations.delivery.desk import Desk, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenants.models import Tenant
    from tests.sandbox import Sandbox

Status = Delivery.Status
CITY = FieldMapping(column="town", field="city")


def customers(**columns: list[Any]) -> pa.Table:
    """Customers c1, c2, … with these columns."""
    size = len(next(iter(columns.values())))
    keys, emails = zip(*people(*range(1, size + 1)), strict=True)
    return pa.table({"id": list(keys), "email": list(emails), **columns})


def properties(sandbox: Sandbox, email: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.state()["contacts"][email]["properties"]
    return found


def standings(sandbox: Sandbox) -> dict[str, str | None]:
    """The property `vip_status` by e-mail address."""
    contacts = sandbox.state()["contacts"]
    return {email: contact["properties"].get("vip_status") for email, contact in contacts.items()}


@pytest.fixture
def has_property(sandbox: Sandbox) -> Callable[..., None]:
    """Makes a contact property in the account."""

    def make(name: str, kind: str, field_type: str, *options: str) -> None:
        body = {
            "name": name,
            "label": name,
            "type": kind,
            "fieldType": field_type,
            "groupName": "contactinformation",
        }
        chosen = [{"label": option, "value": option, "displayOrder": -1, "hidden": False} for option in options]
        assert sandbox.call("POST", "/crm/v3/properties/contacts", body | {"options": chosen}).ok

    return make


def test_mapped_columns_are_written_to_contacts(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")

    delivery = desk.send(customers(town=["Rome", "Oslo"]), fields=[CITY])

    assert [properties(sandbox, f"p{n}@example.com")["city"] for n in (1, 2)] == ["Rome", "Oslo"]
    assert desk.calls(delivery) == {"prepare": 3, "read": 1, "update": 1, "membership": 1}


@pytest.mark.long
def test_only_what_changed_is_written_again(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    desk.send(customers(town=["Rome", "Oslo"]), fields=[CITY])

    later = desk.send(customers(town=["Rome", "Bergen"]), fields=[CITY])

    assert desk.outcomes(later) == {"c1": "unchanged", "c2": "updated"}
    assert properties(sandbox, "p2@example.com")["city"] == "Bergen"
    assert desk.calls(later) == {"prepare": 2, "update": 1}


@pytest.mark.parametrize(("keep", "city"), [(False, None), (True, "Rome")])
def test_an_empty_value_clears_the_field_or_leaves_it(
    desk: Desk,
    sandbox: Sandbox,
    keep: bool,  # noqa: FBT001 - one case each
    city: str | None,
) -> None:
    sandbox.add_contacts("p1@example.com", city="Rome")

    desk.send(customers(town=[None]), fields=[CITY.model_copy(update={"keep_when_empty": keep})])

    assert (properties(sandbox, "p1@example.com").get("city") or None) == city


KINDS = [
    (FieldKind.NUMBER, ("number", "number"), "12.50", "12.50"),
    (FieldKind.NUMBER, ("number", "number"), " 7 ", "7"),
    (FieldKind.BOOLEAN, ("bool", "booleancheckbox"), "TRUE", "true"),
    (FieldKind.DATE, ("date", "date"), "2026-03-29", "2026-03-29"),
    (FieldKind.DATETIME, ("datetime", "date"), "2026-03-29 12:30:00+02", "2026-03-29T10:30:00.000Z"),
    (FieldKind.TEXT, ("string", "text"), " as it is ", " as it is "),
]


def test_values_are_written_in_the_form_of_their_kind(
    desk: Desk, sandbox: Sandbox, has_property: Callable[..., None]
) -> None:
    traits = [f"trait{number}" for number in range(len(KINDS))]
    for trait, (kind, property_type, _, _) in zip(traits, KINDS, strict=True):
        has_property(trait, *property_type, *(("true", "false") if kind is FieldKind.BOOLEAN else ()))
    sandbox.add_contacts("p1@example.com")

    delivery = desk.send(
        customers(**{trait: [case[2]] for trait, case in zip(traits, KINDS, strict=True)}),
        fields=[
            FieldMapping(column=trait, field=trait, kind=case[0])
            for trait, case in zip(traits, KINDS, strict=True)
        ],
    )

    assert delivery.status == Status.COMPLETED, desk.reasons(delivery)
    found = properties(sandbox, "p1@example.com")
    assert [found[trait] for trait in traits] == [written for _, _, _, written in KINDS]


MISFITS = {
    "count": (FieldKind.NUMBER, "many", "not_a_number:count"),
    "rate": (FieldKind.NUMBER, "nan", "not_a_number:rate"),
    "wants": (FieldKind.BOOLEAN, "perhaps", "not_true_or_false:wants"),
    "born": (FieldKind.DATE, "2026-02-30", "not_a_date:born"),
    "seen": (FieldKind.DATETIME, "yesterday", "not_a_date_and_time:seen"),
    "tier": (FieldKind.OPTION, "bronze", "not_an_option:tier"),
}


def test_a_value_that_does_not_fit_holds_its_row_back_and_no_other(
    desk: Desk, sandbox: Sandbox, has_property: Callable[..., None]
) -> None:
    for name in MISFITS:
        has_property(name, "string", "text")
    rows = len(MISFITS) + 1
    sandbox.add_contacts(*(f"p{number}@example.com" for number in range(1, rows + 1)))
    columns = {
        name: [value if row == place else None for row in range(rows)]
        for place, (name, (_, value, _)) in enumerate(MISFITS.items())
    }

    delivery = desk.send(
        customers(**columns),
        fields=[
            FieldMapping(column=name, field=name, kind=kind, options=("gold", "silver"))
            for name, (kind, _, _) in MISFITS.items()
        ],
    )

    assert desk.outcomes(delivery) == {
        f"c{row}": "added" if row == rows else "invalid" for row in range(1, rows + 1)
    }
    assert desk.reasons(delivery) == {f"c{row}": reason for row, (_, _, reason) in enumerate(MISFITS.values(), 1)}


@pytest.mark.long
def test_a_member_whose_row_does_not_fit_any_more_is_no_leaver(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    age = FieldMapping(column="town", field="city", kind=FieldKind.NUMBER)
    desk.send(customers(town=["1", "2"]), fields=[age])

    later = desk.send(customers(town=["1", "two"]), fields=[age])

    assert desk.outcomes(later) == {"c1": "unchanged", "c2": "invalid"}
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]
    assert later.tally.removed == 0


def test_a_field_that_hubspot_does_not_have_stops_the_delivery_before_anything_is_sent(
    desk: Desk, sandbox: Sandbox
) -> None:
    sandbox.add_contacts("p1@example.com")

    delivery = desk.send(customers(town=["Rome"]), fields=[FieldMapping(column="town", field="no_such_field")])

    assert delivery.status == Status.FAILED
    assert delivery.error_code == "configuration"
    assert "no_such_field" in delivery.error
    assert sandbox.state()["lists"] == {}


def test_the_audiences_status_is_written_to_a_property_of_its_own(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com", "p3@example.com")
    target = desk.target(status="vip_status", in_list=False)
    first = desk.send(people(1, 2), target=target)

    second = desk.send(people(2, 3), target=target)

    assert standings(sandbox) == {
        "p1@example.com": "exited",
        "p2@example.com": "realized",
        "p3@example.com": "realized",
    }
    assert desk.outcomes(first) == {"c1": "added", "c2": "added"}
    assert desk.outcomes(second) == {"c2": "unchanged", "c3": "added"}
    assert second.tally.removed == 1
    assert all(row["request_id"] for row in desk.rows(second) if row["status"] != "unchanged")


def test_sending_everything_again_says_existing_to_those_who_stay(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com", "p2@example.com")
    target = desk.target(status="vip_status")
    desk.send(people(1), target=target)

    again = desk.send(people(1, 2), target=target, scope=Scope.RESEND)

    assert standings(sandbox) == {"p1@example.com": "existing", "p2@example.com": "realized"}
    assert desk.outcomes(again) == {"c1": "updated", "c2": "added"}
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]


def test_a_status_property_without_all_its_options_gets_the_missing_ones(desk: Desk, sandbox: Sandbox) -> None:
    """Somebody deleted them in the account after a first send."""
    sandbox.add_contacts("p1@example.com")
    target = desk.target(status="vip_status", in_list=False)
    desk.send(people(), target=target)
    left = [{"label": each, "value": each, "displayOrder": 0, "hidden": False} for each in ("realized", "own")]
    sandbox.call("PATCH", "/crm/v3/properties/contacts/vip_status", {"options": left})

    desk.send(people(1), target=target)

    assert standings(sandbox) == {"p1@example.com": "realized"}
    found = sandbox.call("GET", "/crm/v3/properties/contacts/vip_status").json()
    assert [option["value"] for option in found["options"]] == ["realized", "own", "existing", "exited"]


def test_a_property_that_does_not_hold_a_status_is_left_alone(
    desk: Desk, sandbox: Sandbox, has_property: Callable[..., None]
) -> None:
    has_property("customer_type", "enumeration", "select", "new", "existing")
    sandbox.add_contacts("p1@example.com", customer_type="new")

    delivery = desk.send(people(1), target=desk.target(status="customer_type", in_list=False))

    assert (delivery.status, delivery.error_code) == (Delivery.Status.FAILED, "configuration")
    assert "lacks options of a status" in delivery.error
    assert properties(sandbox, "p1@example.com")["customer_type"] == "new"


@pytest.fixture
def creating_desk(desk: Desk, acme: Tenant) -> Desk:
    """A desk whose destination creates contacts that are missing."""
    desk.settings = desk.settings.model_copy(update={"create_missing": True})
    return desk


def test_missing_contacts_are_created_with_their_fields_and_listed(creating_desk: Desk, sandbox: Sandbox) -> None:
    sandbox.add_contacts("p1@example.com")

    delivery = creating_desk.send(customers(town=["Rome", "Oslo"]), fields=[CITY])

    assert creating_desk.outcomes(delivery) == {"c1": "added", "c2": "created"}
    assert properties(sandbox, "p2@example.com")["city"] == "Oslo"
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]


@pytest.mark.parametrize("fault", ["reset_after", "timeout_after_write", "cut_after"])
def test_a_contact_whose_creation_nobody_confirmed_is_created_once_and_counted_as_created(
    creating_desk: Desk, sandbox: Sandbox, fault: str
) -> None:
    sandbox.fault(fault, path="*/batch/create")

    delivery = creating_desk.send(people(1, 2))

    assert creating_desk.outcomes(delivery) == {"c1": "created", "c2": "created"}
    assert sorted(sandbox.state()["contacts"]) == ["p1@example.com", "p2@example.com"]
    assert sandbox.members("VIPs") == ["p1@example.com", "p2@example.com"]
