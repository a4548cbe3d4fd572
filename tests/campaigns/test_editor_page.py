"""The editor over HTTP: each change is one post, saved at once, and two people lose nothing of each other's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.models import AuditEvent
from campaigns.audience.planning import draft_of
from campaigns.drafts import SubAudienceDraft
from campaigns.models import Campaign, CampaignEdit, GroupDestination
from campaigns.services import drafting, preparing
from campaigns.services.sending import start_send
from campaigns.states import Status
from destinations.models import Destination
from destinations.schedules.recurrence import Kind
from segments.models import Segment
from segments.operators import Operator
from tests.campaigns.editing import Page
from tests.campaigns.office import by_score, is_control

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.campaigns.office import Office

pytestmark = pytest.mark.django_db

NEW = "/t/acme/campaigns/new/"


@pytest.fixture
def marketer(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("ampiq_user")


@pytest.fixture
def page(office: Office, marketer: Client) -> Page:
    return Page(marketer, office.campaign())


def saved(page: Page) -> Campaign:
    campaign: Campaign = Campaign.objects.whole().get(pk=page.campaign.pk)
    return campaign


def test_a_new_campaign_takes_a_name_and_opens_its_editor(office: Office, marketer: Client) -> None:
    answer = marketer.post(NEW, {"name": "Autumn"})
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == f"/t/acme/campaigns/{campaign.pk}/edit/"
    assert [(group.name, int(group.percent)) for group in campaign.groups.all()] == [
        ("Treatment", 90),
        ("Control", 10),
    ]
    assert "There is a campaign “autumn” already" in marketer.post(NEW, {"name": "autumn"}).content.decode()
    assert 'maxlength="' not in marketer.get(NEW).content.decode(), "what is too long is not cut without a word"
    assert "has 130 characters and at most 120 fit" in marketer.post(NEW, {"name": "x" * 130}).content.decode()
    assert Campaign.objects.count() == 1


def test_each_change_is_kept_at_once_and_becomes_the_campaign_as_a_whole(page: Page, office: Office) -> None:
    high = office.segment("High", Operator.AT_LEAST, "51")
    page.change("name", value="Winter")
    page.change("exclude", value=[office.segment("Low", Operator.LESS, "11").pk])
    page.change("add_part", segment=high.pk)
    page.change("launch_date", value="2026-12-01")
    shown = page.text()
    for words in ('value="Winter"', ">High<", 'value="2026-12-01"', 'data-note="draft"'):
        assert (words in shown) is (words != 'data-note="draft"')
    assert saved(page).name == "Autumn"
    own_page = f"/t/acme/campaigns/{page.campaign.pk}/"
    assert "not part of the campaign yet" in page.client.get(own_page).content.decode()
    assert page.save().headers["HX-Redirect"] == own_page
    assert "not part of the campaign yet" not in page.client.get(own_page).content.decode()
    draft = draft_of(saved(page))
    assert (draft.name, str(draft.launch_date)) == ("Winter", "2026-12-01")
    assert [(part.name, part.segment) for part in draft.sub_audiences] == [
        ("High", high),
        ("All remaining recipients", None),
    ]
    assert [group.name for group in draft.groups] == ["High", "Control", "Offer", "Control"]
    assert CampaignEdit.objects.get().content is None
    assert AuditEvent.objects.filter(action="campaign:changed").count() == 1


def test_numbers_follow_what_is_in_the_editor(page: Page, office: Office) -> None:
    page.change("exclude", value=[office.segment("Low", Operator.LESS, "31").pk])
    page.change("add_part", segment=office.segment("High", Operator.AT_LEAST, "91").pk)
    shown = page.numbers()
    assert "<dd>70</dd>" in shown
    first = page.client.get(f"{page.path}count/?only=totals")
    assert first.headers["HX-Trigger-After-Settle"] == '{"totals": {}}'
    assert "<dd>70</dd>" in first.content.decode()
    assert "size-of-part" not in first.content.decode()
    part = page.content.parts[0].id
    assert f'<span id="size-of-part-{part}" data-size hx-swap-oob="true">10</span>' in shown


def test_numbers_in_the_editor_keep_earlier_controls_as_a_send_does(office: Office, marketer: Client) -> None:
    high = SubAudienceDraft(
        name="High", segment=office.segment("High", Operator.AT_LEAST, "51"), groups=office.groups(30, "One")
    )
    campaign = office.campaign(sub_audiences=(high, SubAudienceDraft(groups=office.groups(10, "Two"))))
    preparing.prepare(start_send(campaign=campaign, actor=office.person).pk)
    Campaign.objects.update(status=Status.DELIVERED)
    part = campaign.sub_audiences.get(name="High")
    page = Page(marketer, campaign)
    page.change("part_segment", part=part.pk, segment=office.segment("Top", Operator.AT_LEAST, "91").pk)
    top = [f"c{number}" for number in range(91, 101) if is_control(campaign, f"c{number}", 30)]
    moved = [key for key in (f"c{number}" for number in range(51, 91)) if is_control(campaign, key, 30)]
    held = len(top) + sum(not is_control(campaign, key, 10) for key in moved)
    assert held > len(top)
    control = part.groups.get(is_control=True)
    assert f'<span id="size-{control.pk}" data-size hx-swap-oob="true">{held}</span>' in page.numbers()


def test_what_does_not_add_up_is_kept_said_and_not_saved(page: Page) -> None:
    group = page.campaign.groups.get(is_control=False)
    part = group.sub_audience_id
    assert "10 % are missing" in page.change("percent", part=part, group=group.pk, value="80")
    assert f'<span id="size-of-part-{part}" data-size hx-swap-oob="true">100</span>' in page.numbers()
    assert "a number from 0 to 100" in page.change("percent", part=part, group=group.pk, value="a lot")
    assert 'value="a lot"' in page.text()
    assert "can&#x27;t start with _" in page.change("group_name", part=part, group=group.pk, value="_offer")
    page.change("name", value="")
    refused = page.save().content.decode()
    assert "Give the campaign a name" in refused
    assert saved(page).name == "Autumn"


def test_names_that_do_not_fit_are_kept_said_and_not_saved(page: Page) -> None:
    group = page.campaign.groups.get(is_control=False)
    at = {"part": group.sub_audience_id, "group": group.pk}
    assert "has 125 characters and at most 120 fit: shorten it by 5" in page.change("name", value="N" * 125)
    assert "has 83 characters and at most 80 fit" in page.change("group_name", value="T" * 83, **at)
    segment = Segment.objects.get().pk
    page.change("add_part", segment=segment)
    part = page.content.parts[0].id
    assert "has 121 characters and at most 120 fit" in page.change("part_name", part=part, value="S" * 121)
    assert "N" * 125 in page.text()
    assert page.save().content.decode().count(" fit: shorten it by ") == 3
    page.change("copy_part", part=part)
    copied = page.content.parts[1]
    assert copied.name == f"{'S' * 114}… copy"
    assert "The previous value is kept" in page.change("part_name", part=part, value="S" * 1001)
    wide = {"change": "attributes", "template": page.content.parts[-1].groups[0].templates[0], **at}
    rows = {"target": ["email", "x" * 101], "source": ["Merged_Customers.email", "Merged_Customers.score"]}
    answer = page.client.post(f"{page.path}attributes/", {**wide, **rows, "status": ["required", "optional"]})
    assert "at most 99 characters. Enter another name." in answer.content.decode()
    assert "x" * 101 in answer.content.decode()


def test_a_group_in_which_nobody_is_to_be_expected_takes_a_yes(page: Page, office: Office) -> None:
    page.change("add_part", segment=office.segment("Nobody", Operator.LESS, "0").pk)
    assert "Nobody is in “Nobody” now" in page.save().content.decode()
    assert page.save(sure="yes").headers["HX-Redirect"]


def test_discarding_brings_back_what_was_saved(page: Page) -> None:
    page.change("name", value="Winter")
    page.client.post(f"{page.path}discard/")
    assert 'value="Autumn"' in page.text()


def test_ones_changes_are_taken_back_one_by_one_until_the_campaign_is_as_it_was_saved(
    page: Page, office: Office, sign_in: Callable[[str], Client]
) -> None:
    assert "data-undo disabled" in page.text()
    page.change("name", value="Winter")
    page.change("add_part", segment=office.everybody().pk)
    assert "Added the sub-audience" in page.text()
    other = Page(sign_in("datagrid_operator"), page.campaign, "theirs", page.revision)
    assert "no change left to undo" in other.change("undo")
    undone = page.change("undo")
    assert (page.content.name, len(page.content.parts)) == ("Winter", 1)
    assert 'title="Name: “Winter”"' in undone
    assert 'value="Autumn"' in page.change("undo")
    assert CampaignEdit.objects.get().content is None
    assert "no change left to undo" in page.change("undo")


def test_what_was_saved_or_discarded_is_not_taken_back(page: Page) -> None:
    page.change("name", value="Winter")
    page.save()
    assert "no change left to undo" in page.change("undo")


# --- Two people --------------------------------------------------------------------------------------------------


def test_two_people_in_different_places_both_keep_what_they_did(page: Page, office: Office) -> None:
    theirs = Page(page.client, page.campaign, "theirs")
    theirs.change("launch_date", value="2026-12-01")
    shown = page.change("name", value="Winter")
    assert "Campaign launch date: 2026-12-01" in shown
    assert 'id="steps"' in shown
    assert (page.content.name, page.content.launch_date) == ("Winter", "2026-12-01")
    assert 'id="steps"' not in page.change("name", value="Spring")


def test_two_people_in_the_same_place_are_asked_whose_change_holds(page: Page, office: Office) -> None:
    theirs = Page(page.client, page.campaign, "theirs")
    theirs.change("name", value="Theirs")
    shown = page.change("name", value="Mine")
    for words in (
        "Someone else changed this in the meantime",
        "Name: “Theirs”",
        "Name: “Mine”",
        str(office.person),
    ):
        assert words in shown
    assert page.content.name == "Theirs"
    page.change("name", value="Mine", sure="yes")
    assert page.content.name == "Mine"


def test_nobody_saves_what_others_changed_and_their_page_has_not_shown(page: Page, office: Office) -> None:
    page.change("name", value="Mine")
    Page(page.client, page.campaign, "theirs", page.revision).change("launch_date", value="2026-12-01")
    answer = page.save(sure="yes").content.decode()
    for words in ("Someone else changed this campaign in the meantime", "2026-12-01", str(office.person)):
        assert words in answer
    assert saved(page).name == "Autumn"
    page.text()
    page.revision = CampaignEdit.objects.get().revision
    assert page.save().headers["HX-Redirect"]
    assert saved(page).name == "Mine"


def test_what_somebody_took_out_cannot_be_changed_any_more(page: Page, office: Office) -> None:
    page.change("add_part", segment=office.everybody().pk)
    part = page.content.parts[0].id
    theirs = Page(page.client, page.campaign, "theirs", page.revision)
    theirs.change("remove_part", part=part)
    assert "someone removed it in the meantime" in page.change("part_name", part=part, value="VIP")


def test_a_page_that_is_further_behind_than_the_log_tells_overwrites_nothing(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "KEPT", 1)
    theirs = Page(page.client, page.campaign, "theirs")
    theirs.change("name", value="Theirs")
    theirs.change("launch_date", value="2026-12-01")
    assert "Someone else changed this in the meantime" in page.change("name", value="Mine")
    assert page.content.name == "Theirs"


def test_names_are_kept_on_one_line(page: Page) -> None:
    page.change("name", value="  Win\r\nter\t\x00 2027 ")
    assert page.content.name == "Win ter 2027"


def test_a_page_that_is_behind_a_save_is_told(page: Page) -> None:
    theirs = Page(page.client, page.campaign, "theirs")
    theirs.change("name", value="Theirs")
    assert theirs.save().headers["HX-Redirect"]
    assert "Saved the campaign" in page.change("name", value="Mine")
    assert saved(page).name == "Theirs"


# --- What is withdrawn meanwhile ---------------------------------------------------------------------------------


def test_a_segment_set_back_to_draft_is_said_and_not_counted(page: Page, office: Office) -> None:
    Segment.objects.filter(pk=office.everybody().pk).update(status=Segment.Status.DRAFT)
    assert "The segment “Everybody” is a draft" in page.text()
    assert "The segment “Everybody” is a draft" in page.numbers()
    assert "no longer active" in page.change("add_part", segment=office.everybody().pk)


def test_a_destination_withdrawn_from_the_person_is_said(page: Page) -> None:
    Destination.objects.update(allow_business_users=False)
    assert "which is no longer open to you" in page.text()
    assert "no longer open to you" in page.change("assign_everywhere", template=4711)


@pytest.mark.parametrize("status", [Status.SENDING, Status.SCHEDULED, Status.ARCHIVED])
def test_a_campaign_that_may_not_be_changed_has_no_editor(page: Page, status: Status) -> None:
    Campaign.objects.update(status=status)
    assert page.client.get(page.path).status_code == 302
    assert status.label in page.change("name", value="New")


# --- Attributes --------------------------------------------------------------------------------------------------


def test_attributes_are_edited_for_one_treatment_or_for_all(page: Page, office: Office) -> None:
    page.change("add_part", segment=office.everybody().pk)
    part = page.content.parts[0]
    place = {"part": part.id, "group": part.groups[0].id, "template": office.template.pk}
    dialog = page.client.get(f"{page.path}attributes/", place).content.decode()
    assert "Merged_Customers.score" in dialog
    told = {
        **place, "change": "attributes", "page": "mine", "revision": page.revision,
        "target": ["email", "Customer Score"], "status": ["required", "required"],
        "source": ["Merged_Customers.email", "Merged_Customers.gone"],
    }  # fmt: skip
    refused = page.client.post(f"{page.path}attributes/", told).content.decode()
    assert "has no attribute “gone” any more" in refused
    assert "Customer Score" not in refused
    rows = {"target": ["email"] * 201, "source": ["Merged_Customers.email"] * 201, "status": ["required"] * 201}
    assert "At most 200" in page.client.post(f"{page.path}attributes/", told | rows).content.decode()
    page.client.post(
        f"{page.path}attributes/",
        told | {"source": ["Merged_Customers.email", "Merged_Customers.score"], "everywhere": "on"},
    )
    page.save(sure="yes")
    sent = [destination.sent_attributes for destination in GroupDestination.objects.all()]
    assert [[(each.destination_attribute, each.required) for each in one] for one in sent] == [
        [("email", True), ("customer_score", True)]
    ] * 2


# --- Timing ------------------------------------------------------------------------------------------------------


def test_a_recurring_campaign_keeps_its_schedule_and_what_was_typed(page: Page) -> None:
    page.change("campaign_type", value="recurring")
    assert page.content.timing.schedule is not None
    weekly = {
        "schedule-kind": "weekly", "schedule-starts_on": "2030-12-01", "schedule-at": "09:00",
        "schedule-ends": "never", "schedule-catch_up": "latest", "schedule-month_day": "1",
    }  # fmt: skip
    assert "the schedule is not complete" in page.change("schedule", **weekly)
    assert 'value="2030-12-01"' in page.text()
    assert "the schedule is not complete" in page.save().content.decode()
    page.change("schedule", **weekly, **{"schedule-weekdays": ["1", "4"]})
    page.save()
    campaign = saved(page)
    assert (campaign.schedule.kind, campaign.schedule.weekdays) == (Kind.WEEKLY, {1, 4})
    assert campaign.is_recurring
    assert campaign.next_run_at is None
    page.revision += 1  # the editor is opened anew
    page.change("campaign_type", value="one_time")
    page.change("deliver", value="at")
    page.save()
    assert saved(page).schedule.kind is Kind.ONCE


# --- Speed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["segment", "rules"])
def test_sixty_sub_audiences_cost_no_more_queries_than_one(
    office: Office, marketer: Client, django_assert_max_num_queries: DjangoAssertNumQueries, by: str
) -> None:
    rules = by_score(Operator.AT_LEAST, "5").model_dump(mode="json") if by == "rules" else None
    segment = None if rules else office.everybody()
    parts = [
        SubAudienceDraft(
            groups=office.groups(10, f"Offer {number}"), name=f"Part {number}", segment=segment, rules=rules
        )
        for number in range(59)
    ]
    page = Page(marketer, office.campaign(sub_audiences=(*parts, SubAudienceDraft(groups=office.groups()))))
    first = page.campaign.sub_audiences.all()[0].pk
    page.change("part_name", part=first, value="First")
    with django_assert_max_num_queries(19):
        assert page.text().count('class="part') >= 60
    own = 3  # the savepoint of a test's transaction, and the page's look at the revision
    with django_assert_max_num_queries(19 + own):
        page.change("part_name", part=first, value="Best")
    with django_assert_max_num_queries(19 + own):
        page.change("order", value=[first])
    with django_assert_max_num_queries(19):
        page.numbers()
    assert "at most 60 sub-audiences" in page.change("add_part", segment=office.everybody().pk)
