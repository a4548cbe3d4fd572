"""Every field of every form of the admin, with what no form expects: refused, or kept as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from destinations.models import Credential, DataTemplate, Destination
from notifications.models import AlertSubscription
from tenants.models import Retention
from tests.destinations.admin.entered import ADMIN, shown

if TYPE_CHECKING:
    from django.test import Client

    from tenants.models import Tenant

HOSTILE = ("null\x00byte", "<script>alert(1)</script>", "9" * 5_000, "\N{RIGHT-TO-LEFT OVERRIDE}{{ 7*7 }}" * 500)
FORMS = {
    f"{ADMIN}/credential/add/": "name description plugin_key kind token save_untested seen_revision _popup",
    f"{ADMIN}/destination/add/": (
        "name description plugin_key credential save_untested seen_revision create_new_contacts foreign_members"
        " guards_empty_audience guards_max_change_percent guards_max_removals guards_daily_calls quota_share"
        " daily_calls allow_business_users allow_restricted_pii audience_key"
    ),
    f"{ADMIN}/datatemplate/add/": (
        "name description available_to_orchestrations available_to_campaigns access allow_business_users lands_as"
        " list_name property_name columns-source columns-target columns-when_empty seen_revision"
    ),
    "/t/acme/admin/notifications/alertsubscription/add/": "member about events skipped_percent by_email seen",
    "/t/acme/admin/tenants/retention/add/": "kind days seen",
}


def test_hostile_input_is_refused_in_every_field(operator: Client, acme: Tenant) -> None:
    destination = Destination.objects.create(name="HubSpot", credential=Credential.objects.create(name="Account"))
    for address, names in FORMS.items():
        for text in HOSTILE:
            answers = dict.fromkeys(names.split(), text)
            page = shown(operator.post(address, {**answers, "destination": destination.pk}))
            assert "<script>alert" not in page, address

    kept = (Credential, Destination, DataTemplate, AlertSubscription, Retention)
    assert [model.objects.count() for model in kept] == [1, 1, 0, 0, 0]


def test_addresses_with_hostile_ids_lead_nowhere(operator: Client, acme: Tenant) -> None:
    for model in ("credential", "destination", "datatemplate", "orchestration"):
        for key in ("9" * 400, "1 OR 1=1", "..%2f..", "%00", "-1"):
            assert operator.get(f"{ADMIN}/{model}/{key}/change/").status_code in {302, 400, 404}, (model, key)
    for key in ("9" * 400, "%00", "<script>"):
        assert operator.get(f"{ADMIN}/datatemplate/add/?destination={key}").status_code in {200, 400}


def test_a_second_rule_for_the_same_kind_is_refused_in_words(operator: Client, acme: Tenant) -> None:
    rule = {"kind": Retention.Kind.NOTIFICATIONS, "days": "30"}
    address = "/t/acme/admin/tenants/retention/add/"

    assert operator.post(address, rule).status_code == 302
    assert "There is a setting for this already" in shown(operator.post(address, rule))
    for days in ("0", "-1", "3651", "many", "9" * 30):
        assert "errorlist" in shown(operator.post(address, {"kind": "invitations", "days": days})), days
