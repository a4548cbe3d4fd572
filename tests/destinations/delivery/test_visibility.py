"""What went to a destination that a person may not see can't be guessed, listed, counted, followed or used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.access import access_of
from campaigns.models import Campaign, RunDelivery, RunGroup
from campaigns.runs.reports import ReportRow
from destinations.delivery import progress, services
from destinations.delivery.models import Delivery
from destinations.delivery.refusals import NotOpenError
from destinations.history import last_deliveries
from destinations.models import DataTemplate, Destination
from notifications.events import Event
from notifications.models import Notification
from notifications.services import subscribe
from tenants.scope import tenant_scope
from tests.access.objects.campaigns import campaign
from tests.access.objects.deliveries import delivery as ended_delivery
from tests.access.objects.destinations import credential

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

SEES, BLIND = "datagrid_operator", ["ampiq_user", "amp360_user", "restricted_pii"]
ADDRESSES = ["", "report.csv"]
STEPS = ["stop", "approve", "resume", "retry", "sample", "search"]


@pytest.fixture
def delivery(cast: Cast) -> Delivery:
    """To a destination that is for operators who may see personal data only."""
    with tenant_scope(cast.acme):
        destination = Destination.objects.create(name="Closed", credential=credential(cast))
        return sent_with(DataTemplate.objects.create(name="List", destination=destination), cast)


@pytest.fixture
def half_closed(cast: Cast) -> Delivery:
    """With a closed data template of a destination of which another data template is open to everybody."""
    own, switches = DataTemplate.AccessRule.OWN, ("allow_business_users", "allow_restricted_pii")
    with tenant_scope(cast.acme):
        destination = Destination.objects.create(name="Half open", credential=credential(cast))
        opened = DataTemplate(name="Open", destination=destination, access=own, **dict.fromkeys(switches, True))
        opened.save()
        return sent_with(DataTemplate.objects.create(name="Closed", destination=destination, access=own), cast)


def sent_with(template: DataTemplate, cast: Cast) -> Delivery:
    made = ended_delivery(cast)
    made.name = "Secret audience"
    made.connector = made.connector.model_copy(update={"destination_id": template.destination_id})
    made.mapping = made.mapping.model_copy(update={"data_template_id": template.pk})
    made.save()
    return Delivery.objects.select_related("target").get(pk=made.pk)


@pytest.mark.parametrize("person", BLIND)
def test_nothing_of_it_is_found_by_its_address_or_by_posting_its_id(
    person: str, delivery: Delivery, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    client, page = sign_in(person), f"/t/acme/deliveries/{delivery.pk}/"

    answers = [client.get(page + address) for address in ADDRESSES]
    answers += [client.post(f"{page}{step}/", {"q": "ana", "rows": "10"}) for step in STEPS]

    assert {answer.status_code for answer in answers} == {404}
    with tenant_scope(cast.acme):
        assert Delivery.objects.count() == 1


@pytest.mark.parametrize(("person", "count"), [(SEES, 1), *((person, 0) for person in BLIND)])
def test_lists_counts_and_the_home_page_have_it_for_those_only_who_may_see_where_it_went(
    person: str,
    count: int,
    delivery: Delivery,
    sign_in: Callable[[str], Client],
) -> None:
    client = sign_in(person)
    deliveries = client.get("/t/acme/deliveries/")

    assert deliveries.context["page"].paginator.count == count
    for page in (deliveries, client.get("/t/acme/")):
        assert (delivery.name in page.content.decode()) is bool(count)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"show": "problems"}, 1),
        ({"show": "held"}, 0),
        ({"show": "nonsense"}, 1),
        ({"q": "secret"}, 1),
        ({"q": "other", "show": "problems"}, 0),
    ],
)
def test_the_list_is_narrowed_down_by_name_and_state(
    asked: dict[str, str],
    count: int,
    delivery: Delivery,
    sign_in: Callable[[str], Client],
) -> None:
    page = sign_in(SEES).get("/t/acme/deliveries/", asked)
    assert page.context["page"].paginator.count == count
    assert (delivery.name in page.content.decode()) is bool(count)
    counted = {choice.label: choice.count for choice in page.context["choices"]}
    assert counted["Problems"] == counted["All"] == int(asked.get("q") != "other")


def test_a_campaign_names_no_destination_to_those_who_may_not_see_it(delivery: Delivery, cast: Cast) -> None:
    with tenant_scope(cast.acme):
        template = DataTemplate.objects.get(destination__name="Closed")
        treatment = campaign(cast).groups.get(name="Newsletter")
        treatment.destinations.create(data_template=template)
        named = {
            who: Campaign.objects.with_list_details(access_of(cast[who], cast.acme)).get().destination_names
            for who in (SEES, "ampiq_user")
        }
        assert named == {SEES: ["Closed"], "ampiq_user": []}
        run_group = RunGroup(name="Newsletter")
        row = ReportRow(run_group, RunDelivery(delivery=delivery, destination_name="Closed"), is_open=False)
        assert (row.destination, row.report_url) == ("A destination you have no access to", "")
        assert (row.status, row.counts, row.progress) == ("", None, None)


@pytest.mark.parametrize(
    "step",
    [services.approve_delivery, services.resume_delivery, services.retry_failed_rows, services.stop_delivery],
)
def test_no_service_does_anything_with_it_for_somebody_who_may_not_see_it(
    step: Callable[..., object], delivery: Delivery, cast: Cast
) -> None:
    with tenant_scope(cast.acme), pytest.raises(NotOpenError):
        step(delivery=delivery, actor=cast["ampiq_user"])


def test_its_owner_calls_it_off_whoever_asks(delivery: Delivery, cast: Cast) -> None:
    with tenant_scope(cast.acme):
        delivery.status = Delivery.Status.SENDING
        delivery.save()
        services.call_off(delivery=delivery, actor=cast["ampiq_user"])
        assert Delivery.objects.get().status == Delivery.Status.STOPPING


@pytest.mark.parametrize("person", BLIND)
def test_an_open_data_template_shows_nothing_of_what_went_by_a_closed_one(
    person: str, half_closed: Delivery, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    client, sent_to = sign_in(person), half_closed.connector.destination_id
    page = f"/t/acme/deliveries/{half_closed.pk}/"
    pages = [client.get(f"/t/acme/{at}") for at in ("deliveries/", "destinations/", f"destinations/{sent_to}/")]

    assert {answer.status_code for answer in pages} == {200}
    assert "Half open" in pages[-1].content.decode()
    assert not any(half_closed.name in answer.content.decode() for answer in pages)
    assert {client.get(page).status_code, client.post(f"{page}stop/").status_code} == {404}
    with tenant_scope(cast.acme):
        access = access_of(cast[person], cast.acme)
        half_closed.started_by = cast[person]
        progress.tell(half_closed)
        assert not Notification.objects.open_to(access).exists()
        assert list(Delivery.objects.hidden_from(access)) == [half_closed]


def test_what_no_data_template_is_known_of_is_for_those_who_see_all(delivery: Delivery, cast: Cast) -> None:
    with tenant_scope(cast.acme):
        delivery.mapping = delivery.mapping.model_copy(update={"data_template_id": None})
        delivery.save()
        seen = [Delivery.objects.visible_to(access_of(cast[who], cast.acme)).count() for who in (SEES, *BLIND)]
    assert seen == [1, 0, 0, 0]


def test_deliveries_say_which_data_template_they_were_made_by(
    delivery: Delivery, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(cast.acme):
        delivery.mapping = delivery.mapping.model_copy(update={"data_template": "Contacts only"})
        delivery.save()
    client = sign_in(SEES)
    addresses = ("deliveries/", f"deliveries/{delivery.pk}/", f"destinations/{delivery.connector.destination_id}/")
    for address in addresses:
        assert "Contacts only" in client.get(f"/t/acme/{address}").content.decode(), address


def test_an_operator_may_send_on(delivery: Delivery, cast: Cast, sign_in: Callable[[str], Client]) -> None:
    sign_in(SEES).post(f"/t/acme/deliveries/{delivery.pk}/retry/")

    with tenant_scope(cast.acme):
        assert Delivery.objects.count() == 2


def test_a_delivery_outlives_its_destination_for_those_who_see_all(delivery: Delivery, cast: Cast) -> None:
    with tenant_scope(cast.acme):
        closed, operator = Destination.objects.get(name="Closed"), access_of(cast[SEES], cast.acme)
        assert last_deliveries([closed], operator) == {closed.pk: delivery}
        closed.templates.all().delete()
        closed.delete()
        seen = [Delivery.objects.visible_to(access_of(cast[who], cast.acme)).count() for who in (SEES, *BLIND)]
    assert seen == [1, 0, 0, 0]


def test_the_pane_the_bell_and_alerts_tell_those_only_who_may_see_where_it_went(
    delivery: Delivery, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    people = (SEES, "ampiq_user")
    with tenant_scope(cast.acme):
        subscribe(user=cast[SEES], topic="delivery", subject="", events=list(Event), by_email=False)
        subscribe(user=cast["amp360_user"], topic="delivery", subject="", events=list(Event), by_email=False)
        for person in people:  # each started it when it was open to them
            delivery.started_by = cast[person]
            progress.tell(delivery)
        told = {each.recipient.email for each in Notification.objects.select_related("recipient")}
        mine = Notification.objects.get(recipient=cast["ampiq_user"])

    assert told == {cast[person].email for person in people}, "an alert went to somebody who may not see it"
    pages = [
        [sign_in(person).get(f"/t/acme/notifications/{page}") for page in ("", "count/")] for person in people
    ]
    assert [[delivery.name in page.content.decode() for page in seen[:1]] for seen in pages] == [[True], [False]]
    assert ["1" in seen[1].content.decode() for seen in pages] == [True, False]
    blind = sign_in("ampiq_user")
    assert blind.get(f"/t/acme/notifications/{mine.pk}/").status_code == 404
    assert blind.post(f"/t/acme/notifications/{mine.pk}/read/").status_code == 404
