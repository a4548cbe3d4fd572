"""A campaign from the person's yes to what HubSpot holds, over real HTTP to the sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pyarrow.parquet as pq
import pytest

from accounts.errors import ActionRefused
from accounts.models import Membership
from audit.models import AuditEvent
from campaigns.drafts import GroupDraft, SubAudienceDraft
from campaigns.errors import CampaignIncompleteError, CampaignStateError
from campaigns.models import Campaign, CampaignRun, RunDelivery
from campaigns.runs import recovery
from campaigns.services import preparing
from campaigns.services.sending import on_finished, start_send
from campaigns.states import RunState, Status
from customer360 import storage
from customer360.models import Column, Table
from destinations.delivery import files
from destinations.delivery.models import Delivery
from destinations.delivery.services import resume_delivery, stop_delivery
from destinations.models import Destination
from notifications.models import Kind, Notification
from segments.models import Segment
from segments.operators import Operator
from tests.campaigns.conftest import CUSTOMERS
from tests.campaigns.office import email_of, fill, is_control
from tests.destinations.delivery.desk import run_due_work

if TYPE_CHECKING:
    from campaigns.models import CampaignRun as Run
    from tests.campaigns.office import Office
    from tests.cast import Cast
    from tests.sandbox import Sandbox


def treated(campaign: Campaign, percent: int = 10) -> set[int]:
    return {number for number in CUSTOMERS if not is_control(campaign, f"c{number}", percent)}


def recipients(run: Run) -> list[dict[str, object]]:
    table = Table.objects.select_related("current_version").get(name="Campaign_Recipients")
    folder = storage.tenant_folder()
    rows = [
        row
        for file in table.current_version.manifest.files
        for row in pq.read_table(folder / file.name).to_pylist()
    ]
    return [row for row in rows if (row["campaign_id"], row["run"]) == (run.campaign_id, run.number)]


@pytest.mark.usefixtures("in_acme")
def test_a_key_that_is_personal_data_is_marked_wherever_it_is_written(office: Office) -> None:
    Column.objects.filter(name="id").update(is_pii=True)
    run = start_send(campaign=office.campaign(), actor=office.person)
    preparing.prepare(run.pk)

    kept = Table.objects.select_related("current_version").get(name="Campaign_Recipients")
    assert kept.columns.get(name="customer_id").is_pii
    (file,) = kept.current_version.manifest.files
    assert files.pii_of(pq.read_schema(storage.tenant_folder() / file.name)) == {"customer_id"}
    audience = Delivery.objects.get().audience
    assert audience.marked(files.OUTCOMES_PII) == ("email", "key")


def test_the_list_holds_the_treated_customers_whom_hubspot_knows(busy_office: Office, sandbox: Sandbox) -> None:
    known = [number for number in CUSTOMERS if number % 5]
    sandbox.add_contacts(*map(email_of, known))
    campaign = busy_office.campaign()
    run = busy_office.send(campaign)
    meant = treated(campaign) & set(known)
    assert set(sandbox.members("Autumn - Offer")) == {email_of(number) for number in meant}
    assert (run.state, run.audience_count) == (RunState.DELIVERED, len(CUSTOMERS))
    assert run.control_count == len(CUSTOMERS) - len(treated(campaign))
    assert Campaign.objects.get().status == Status.DELIVERED


def test_every_recipient_is_recorded_with_group_and_segment_version(busy_office: Office) -> None:
    campaign = busy_office.campaign()
    run = busy_office.send(campaign)
    group = campaign.groups.get(is_control=False)
    rows = {row["customer_id"]: row for row in recipients(run)}
    assert set(rows) == {f"c{number}" for number in CUSTOMERS}
    assert {key for key, row in rows.items() if not row["is_control"]} == {f"c{n}" for n in treated(campaign)}
    someone = rows[f"c{min(treated(campaign))}"]
    assert someone == {
        "customer_id": ANY,
        "campaign_id": campaign.pk,
        "campaign_name": "Autumn",
        "run": 1,
        "sub_audience_id": group.sub_audience_id,
        "sub_audience_name": "All remaining recipients",
        "treatment_id": group.pk,
        "treatment_name": "Offer",
        "is_control": False,
        "segments": "Everybody v1",
        "started_at": run.started_at,
        "outcome": "not_found",
        "delivered_at": None,
        "launched_on": None,
    }


def test_the_next_run_sends_only_what_changed(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, range(1, 111)))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    for name in ("Merged_Customers", "Customer360"):
        fill(Table.objects.get(name=name), range(101, 111))
    second = busy_office.send(campaign)
    counts = RunDelivery.objects.get(run_group__run=second).delivery.tally
    new = {number for number in range(101, 111) if not is_control(campaign, f"c{number}")}
    assert (counts.added, counts.unchanged, counts.removed) == (len(new), len(treated(campaign)), 0)
    members = {email_of(number) for number in treated(campaign) | new}
    assert set(sandbox.members("Autumn - Offer")) == members


def test_a_customer_who_leaves_the_segment_leaves_the_list(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    low = busy_office.segment("Low", Operator.LESS, "20")
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    campaign.campaign_segments.create(segment=low, direction="exclude")
    busy_office.send(campaign)
    assert set(sandbox.members("Autumn - Offer")) == {email_of(n) for n in treated(campaign) if n >= 20}


@pytest.mark.long
def test_each_treatment_of_each_sub_audience_has_a_list_of_its_own(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    high = busy_office.segment("High", Operator.AT_LEAST, "51")
    third = Decimal(40)
    groups = (
        GroupDraft("Early", third, data_templates=(busy_office.template,)),
        GroupDraft("Late", third, data_templates=(busy_office.template,)),
        GroupDraft("Control", Decimal(20), is_control=True),
    )
    parts = (
        SubAudienceDraft(groups=groups, name="VIP", segment=high),
        SubAudienceDraft(groups=busy_office.groups(20, "Rest")),
    )
    campaign = busy_office.campaign(sub_audiences=parts)
    busy_office.send(campaign)
    lists = {name: set(sandbox.members(f"Autumn - {name}")) for name in ("Early", "Late", "Rest")}
    everyone = set.union(*lists.values())
    assert sum(map(len, lists.values())) == len(everyone)
    assert everyone == {email_of(number) for number in treated(campaign, 20)}
    assert lists["Early"] | lists["Late"] == {email_of(n) for n in treated(campaign, 20) if n >= 51}
    assert lists["Early"]
    assert lists["Late"]


def test_preparing_twice_starts_one_delivery(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    preparing.prepare(run.pk)
    preparing.prepare(run.pk)
    assert Delivery.objects.count() == 1
    assert len(recipients(run)) == len(CUSTOMERS)


def test_two_workers_that_prepare_at_once_start_one_delivery(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    written = preparing._write_recipients(run)
    preparing.prepare(run.pk)
    preparing._commit(run, written)
    assert Delivery.objects.count() == 1
    assert len(recipients(run)) == len(CUSTOMERS)


def test_a_run_whose_worker_was_killed_is_taken_up_again(
    busy_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    preparing._write_recipients(run)  # and then the worker was killed
    enqueued: list[int] = []
    monkeypatch.setattr("campaigns.tasks.prepare_run.enqueue", lambda *, run_id: enqueued.append(run_id))
    recovery.recover()
    assert enqueued == [run.pk]
    preparing.prepare(run.pk)
    run_due_work()
    recovery.recover()
    assert enqueued == [run.pk]
    assert CampaignRun.objects.get().state == RunState.DELIVERED


def test_the_end_of_a_delivery_may_be_told_twice(busy_office: Office) -> None:
    busy_office.send(busy_office.campaign())
    ended_at = CampaignRun.objects.get().ended_at
    on_finished(Delivery.objects.get())
    assert CampaignRun.objects.get().ended_at == ended_at


def test_a_run_that_was_stopped_ends_again_when_it_was_resumed(busy_office: Office) -> None:
    run = start_send(campaign=busy_office.campaign(), actor=busy_office.person)
    preparing.prepare(run.pk)
    stop_delivery(delivery=Delivery.objects.get(), actor=busy_office.person)
    run_due_work()
    assert CampaignRun.objects.get().state == RunState.STOPPED
    assert Campaign.objects.get().status == Status.STOPPED
    resume_delivery(delivery=Delivery.objects.select_related("target").get(), actor=busy_office.person)
    run_due_work()
    assert CampaignRun.objects.get().state == RunState.DELIVERED
    assert Campaign.objects.get().status == Status.DELIVERED
    assert Notification.objects.get(topic="campaigns").kind == Kind.COMPLETED


def test_a_delivery_that_fails_ends_the_run_in_error(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.fault("unauthorised", path="/crm/*")
    run = busy_office.send(busy_office.campaign())
    assert (run.state, Campaign.objects.get().status) == (RunState.FAILED, Status.ERROR)
    assert Notification.objects.get(topic="campaigns").kind == Kind.ERROR


def test_the_owner_is_told_in_one_notification(busy_office: Office, sandbox: Sandbox) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    campaign = busy_office.campaign()
    busy_office.send(campaign)
    told = Notification.objects.get(topic="campaigns")
    assert (told.recipient, told.kind) == (busy_office.person, Kind.COMPLETED)
    assert (told.title, told.body) == ("“Autumn” was delivered", f"{len(treated(campaign))} delivered")
    assert told.link == f"/t/acme/campaigns/{campaign.pk}/"


def test_a_send_is_audited(busy_office: Office) -> None:
    busy_office.send(busy_office.campaign())
    event = AuditEvent.objects.get(action="campaign:sent")
    assert (event.actor_name, event.subject_name, event.changes["run"]) == (str(busy_office.person), "Autumn", 1)


@pytest.mark.django_db
def test_a_list_that_belongs_to_another_audience_is_refused_and_ends_a_run_that_has_begun(office: Office) -> None:
    office.template.list_name = "One for all"
    office.template.save()
    first, second = (
        start_send(campaign=office.campaign(name), actor=office.person) for name in ("First", "Second")
    )
    for run in (first, second):
        preparing.prepare(run.pk)
        run.refresh_from_db()
    assert (first.state, second.state) == (RunState.SENDING, RunState.FAILED)
    assert "belongs to another audience" in second.problem
    assert Campaign.objects.get(name="Second").status == Status.ERROR
    assert not RunDelivery.objects.filter(run_group__run=second).exists()
    assert not recipients(second)
    with pytest.raises(CampaignIncompleteError, match="for “Offer” belongs to another audience"):
        start_send(campaign=office.campaign("Third"), actor=office.person)


# --- What is refused before anything starts ----------------------------------------------------------------------


def refuse(office: Office, campaign: Campaign, words: str) -> None:
    with pytest.raises(CampaignIncompleteError, match=words):
        start_send(campaign=campaign, actor=office.person)
    assert not CampaignRun.objects.exists()
    assert Campaign.objects.get(pk=campaign.pk).status == Status.DRAFT
    assert not AuditEvent.objects.filter(action="campaign:sent").exists()


@pytest.mark.django_db
def test_a_campaign_without_segments_is_not_sent(office: Office) -> None:
    refuse(office, office.campaign(include=()), "include at least one segment")


@pytest.mark.django_db
def test_a_segment_set_back_to_draft_stops_the_send(office: Office) -> None:
    campaign = office.campaign()
    Segment.objects.update(status=Segment.Status.DRAFT)
    refuse(office, campaign, "The segment “Everybody” is a draft")


@pytest.mark.django_db
def test_a_treatment_without_destination_is_not_sent(office: Office) -> None:
    groups = (GroupDraft("Offer", Decimal(100)),)
    campaign = office.campaign(sub_audiences=(SubAudienceDraft(groups=groups),))
    refuse(office, campaign, "No destination has been set for “Offer”")


@pytest.mark.django_db
def test_a_destination_withdrawn_from_business_users_stops_the_send(office: Office) -> None:
    campaign = office.campaign()
    Destination.objects.update(allow_business_users=False)
    refuse(office, campaign, "is not open to you")


@pytest.mark.django_db
def test_somebody_with_restricted_pii_access_sends_only_where_that_is_allowed(office: Office, cast: Cast) -> None:
    campaign = office.campaign()
    with pytest.raises(CampaignIncompleteError, match="is not open to you"):
        start_send(campaign=campaign, actor=cast["restricted_pii"])
    Destination.objects.update(allow_restricted_pii=True)
    assert start_send(campaign=campaign, actor=cast["restricted_pii"]).number == 1


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["amp360_user", "ampiq_user_read_only", "restricted_exports", "stranger"])
def test_people_without_the_policy_cannot_send(office: Office, cast: Cast, person: str) -> None:
    campaign = office.campaign()
    with pytest.raises(ActionRefused):
        start_send(campaign=campaign, actor=cast[person])
    assert not CampaignRun.objects.exists()


@pytest.mark.django_db
def test_access_is_checked_again_at_each_run(office: Office, cast: Cast) -> None:
    campaign = office.campaign()
    Membership.objects.filter(user=cast["ampiq_user"]).delete()
    with pytest.raises(ActionRefused):
        start_send(campaign=campaign, actor=cast["ampiq_user"])


@pytest.mark.django_db
def test_a_campaign_that_is_being_sent_is_not_sent_again(office: Office) -> None:
    campaign = office.campaign()
    start_send(campaign=campaign, actor=office.person)
    with pytest.raises(CampaignStateError, match="while it is Sending"):
        start_send(campaign=campaign, actor=office.person)
    assert CampaignRun.objects.count() == 1
