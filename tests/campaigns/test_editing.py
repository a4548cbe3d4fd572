"""What can be saved as a campaign, and what is refused with words that help."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from audit.models import AuditEvent
from campaigns.audience.planning import draft_of
from campaigns.drafts import GroupDraft, SubAudienceDraft
from campaigns.errors import CampaignChangedError, CampaignDraftError, CampaignStateError
from campaigns.models import Campaign, GroupDestination, TreatmentGroup
from campaigns.services.editing import create_campaign, delete_campaign, edit_campaign
from campaigns.states import ALLOWED, Command, Status
from destinations.schedules.words import in_words
from segments.operators import Operator
from tests.campaigns.office import by_score
from tests.campaigns.schedules import DAILY

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.campaigns.office import Office

pytestmark = pytest.mark.django_db


def test_a_saved_campaign_is_what_was_asked_for(office: Office) -> None:
    opted_out = office.segment("Opted out", Operator.LESS, "10")
    draft = office.draft(exclude=(opted_out,))
    campaign = create_campaign(draft=draft, actor=office.person)
    saved = draft_of(Campaign.objects.whole().get(pk=campaign.pk))
    assert (saved.name, saved.include, saved.exclude) == (draft.name, draft.include, draft.exclude)
    assert [(g.name, g.percent, g.is_control, g.data_templates) for g in saved.groups] == [
        ("Offer", Decimal(90), False, (office.template,)),
        ("Control", Decimal(10), True, ()),
    ]
    assert campaign.owner == office.person
    assert campaign.status == Status.DRAFT


def test_a_destination_is_assigned_with_its_default_attributes(office: Office) -> None:
    office.template.destination.default_attributes.create(
        source_attribute="score", destination_attribute="customer_score"
    )
    office.campaign()
    sent = GroupDestination.objects.get().sent_attributes
    assert [(each.destination_attribute, each.source_attribute, each.required) for each in sent] == [
        ("email", "email", True),
        ("customer_score", "score", False),
    ]


def test_changing_a_campaign_keeps_the_rows_that_stay(office: Office) -> None:
    campaign = office.campaign()
    before = {group.name: group.pk for group in TreatmentGroup.objects.all()}
    assigned = GroupDestination.objects.get().pk
    draft = draft_of(campaign)
    renamed = replace(draft.groups[0], name="Better offer")
    parts = (replace(draft.sub_audiences[0], groups=(renamed, draft.groups[1])),)
    edit_campaign(campaign=campaign, draft=replace(draft, sub_audiences=parts), revision=0, actor=office.person)
    after = {group.name: group.pk for group in TreatmentGroup.objects.all()}
    assert after == {"Better offer": before["Offer"], "Control": before["Control"]}
    assert GroupDestination.objects.get().pk == assigned


def test_what_is_taken_out_goes(office: Office) -> None:
    campaign = office.campaign()
    draft = office.draft(control=0, include=())
    edit_campaign(campaign=campaign, draft=draft, revision=0, actor=office.person)
    assert campaign.campaign_segments.count() == 0
    assert [group.name for group in TreatmentGroup.objects.all()] == ["Offer"]


def test_a_save_over_somebody_elses_is_refused(office: Office) -> None:
    campaign = office.campaign()
    edit_campaign(campaign=campaign, draft=office.draft("Theirs"), revision=0, actor=None)
    with pytest.raises(CampaignChangedError, match="Your changes are not saved"):
        edit_campaign(campaign=campaign, draft=office.draft("Mine"), revision=0, actor=office.person)
    assert Campaign.objects.get().name == "Theirs"


@pytest.mark.parametrize(
    ("case", "percents", "words"),
    [
        ("too little", (80, 10), "adds up to 90 %"),
        ("too much", (90, 20), "adds up to 110 %"),
    ],
)
def test_a_split_that_is_not_whole_is_refused(
    office: Office, case: str, percents: tuple[int, int], words: str
) -> None:
    groups = (GroupDraft("Offer", Decimal(percents[0])), GroupDraft("Control", Decimal(percents[1]), True))
    with pytest.raises(CampaignDraftError, match=words):
        create_campaign(draft=office.draft(sub_audiences=(SubAudienceDraft(groups=groups),)), actor=None)
    assert not Campaign.objects.exists()


def test_two_control_groups_in_a_sub_audience_are_refused(office: Office) -> None:
    half = Decimal(50)
    groups = (GroupDraft("A", half, is_control=True), GroupDraft("B", half, is_control=True))
    with pytest.raises(CampaignDraftError, match="two control groups"):
        create_campaign(draft=office.draft(sub_audiences=(SubAudienceDraft(groups=groups),)), actor=None)


def test_treatment_names_differ_within_a_campaign(office: Office) -> None:
    half = Decimal(50)
    groups = (GroupDraft("Offer", half), GroupDraft("OFFER", half))
    with pytest.raises(CampaignDraftError, match="Each needs a name of its own"):
        create_campaign(draft=office.draft(sub_audiences=(SubAudienceDraft(groups=groups),)), actor=None)


def test_a_treatment_name_does_not_start_with_an_underscore(office: Office) -> None:
    groups = (GroupDraft("_offer", Decimal(100)),)
    with pytest.raises(CampaignDraftError, match="can't start with _"):
        create_campaign(draft=office.draft(sub_audiences=(SubAudienceDraft(groups=groups),)), actor=None)


def test_a_segment_is_not_included_and_excluded_at_once(office: Office) -> None:
    everybody = office.everybody()
    with pytest.raises(CampaignDraftError, match="is included as well"):
        create_campaign(draft=office.draft(include=(everybody,), exclude=(everybody,)), actor=None)


def test_names_of_campaigns_differ_whatever_their_case(office: Office) -> None:
    office.campaign("Autumn")
    with pytest.raises(CampaignDraftError, match="There is a campaign “autumn” already"):
        create_campaign(draft=office.draft("autumn"), actor=None)


def test_remaining_recipients_come_last(office: Office) -> None:
    high = office.segment("High", Operator.AT_LEAST, "50")
    parts = (
        SubAudienceDraft(groups=office.groups(0, "Rest")),
        SubAudienceDraft(groups=office.groups(0, "High"), name="High", segment=high),
    )
    with pytest.raises(CampaignDraftError, match="comes last"):
        create_campaign(draft=office.draft(sub_audiences=parts), actor=None)


@pytest.mark.parametrize("status", [status for status in Status if Command.EDIT not in ALLOWED[status]])
def test_a_campaign_under_way_or_archived_cannot_be_changed(office: Office, status: Status) -> None:
    campaign = office.campaign()
    Campaign.objects.update(status=status)
    with pytest.raises(CampaignStateError, match=status.label):
        edit_campaign(campaign=campaign, draft=office.draft("New"), revision=0, actor=office.person)
    assert Campaign.objects.get().name == "Autumn"


def test_a_draft_can_be_deleted(office: Office) -> None:
    delete_campaign(campaign=office.campaign(), actor=office.person)
    assert not Campaign.objects.exists()
    assert not TreatmentGroup.objects.exists()


def test_every_change_is_audited(office: Office) -> None:
    campaign = office.campaign()
    edit_campaign(campaign=campaign, draft=office.draft("New"), revision=0, actor=office.person)
    delete_campaign(campaign=Campaign.objects.get(), actor=office.person)
    events = AuditEvent.objects.filter(subject_type="campaigns.campaign").order_by("pk")
    assert [(event.action, event.actor_name, event.subject_name) for event in events] == [
        ("campaign:created", str(office.person), "Autumn"),
        ("campaign:changed", str(office.person), "New"),
        ("campaign:deleted", str(office.person), "New"),
    ]


def test_the_audit_tells_who_is_sent_what_and_when_and_no_value_of_criteria(office: Office) -> None:
    rules = by_score(Operator.AT_LEAST, "4711").model_dump(mode="json")
    part = SubAudienceDraft(name="High", rules=rules, groups=office.groups())
    office.campaign(sub_audiences=(part,), schedule=DAILY, launch_date=date(2027, 1, 5), first_match_only=False)
    told = AuditEvent.objects.get(action="campaign:created").changes
    assert (told["launch_date"], told["first_match_only"]) == ("2027-01-05", False)
    assert told["timing"] == in_words(DAILY)
    (described,) = told["sub_audiences"]
    assert (described["name"], len(described["criteria"])) == ("High", 12)
    assert "4711" not in str(told)


def test_a_segment_says_which_campaigns_use_it(office: Office, sign_in: Callable[[str], Client]) -> None:
    opted_out = office.segment("Opted out", Operator.LESS, "10")
    campaign = office.campaign("Autumn", exclude=(opted_out,))
    page = sign_in("ampiq_user").get(f"/t/acme/segments/{opted_out.pk}/")
    assert f'<a href="/t/acme/campaigns/{campaign.pk}/"><bdi>Autumn</bdi></a>' in page.content.decode()
