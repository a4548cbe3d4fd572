"""What may be done in which state: one table, the same in the code, on the pages and in the user guide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from audit.models import AuditEvent
from campaigns.audience.planning import draft_of
from campaigns.errors import CampaignStateError
from campaigns.models import Campaign, CampaignRun, GroupDestination
from campaigns.offers import offered
from campaigns.services.commands import SERVICES, command
from campaigns.services.editing import edit_campaign
from campaigns.services.moving import require_allowed
from campaigns.states import ALLOWED, Command, RunState, Status, refusal
from tests.campaigns.schedules import DAILY

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.campaigns.office import Office

GUIDE = Path(settings.ROOT) / "docs" / "user-guide.md"
YES = "yes"


def documented() -> dict[str, set[str]]:
    """The table under “What may be done when”: for each status the commands with a yes."""
    lines = GUIDE.read_text().split("## What may be done when")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    names, _, *body = rows
    return {
        status: {name for name, cell in zip(names[1:], cells, strict=True) if cell == YES}
        for status, *cells in body
    }


def test_the_user_guide_has_the_table_of_the_code() -> None:
    assert documented() == {status.label: {each.label for each in allowed} for status, allowed in ALLOWED.items()}


@pytest.mark.django_db
def test_every_command_is_refused_in_plain_words_where_the_table_does_not_name_it(office: Office) -> None:
    campaign = office.campaign()
    for status in Status:
        Campaign.objects.update(status=status)
        campaign.refresh_from_db()
        for each in set(Command) - ALLOWED[status] - {Command.EDIT, Command.COPY}:
            with pytest.raises(CampaignStateError) as refused:
                command(campaign=campaign, command=each, actor=office.person)
            assert status.label in str(refused.value) or each is Command.DELETE
        if Command.EDIT not in ALLOWED[status]:
            with pytest.raises(CampaignStateError, match=status.label):
                require_allowed(campaign, Command.EDIT)
    assert set(SERVICES) == set(Command) - {Command.EDIT}
    assert refusal(campaign, Command.EDIT).endswith("Restore it first.")
    assert not AuditEvent.objects.exclude(action="campaign:created").filter(subject_type="campaigns.campaign")


@pytest.mark.django_db
def test_a_campaign_is_put_away_and_brought_back_as_its_last_send_left_it(office: Office) -> None:
    campaign = office.campaign()
    CampaignRun.objects.create(campaign=campaign, number=1, state=RunState.STOPPED)
    Campaign.objects.update(status=Status.DELIVERED, schedule=DAILY)
    command(campaign=campaign, command=Command.ARCHIVE, actor=office.person)
    assert Campaign.objects.get().status == Status.ARCHIVED
    command(campaign=campaign, command=Command.RESTORE, actor=office.person)
    assert Campaign.objects.get().status == Status.STOPPED
    actions = AuditEvent.objects.filter(subject_type="campaigns.campaign").order_by("pk")
    assert [event.action for event in actions][1:] == ["campaign:archived", "campaign:restored"]


@pytest.mark.django_db
def test_a_copy_is_a_draft_with_everything_but_the_names_and_the_key(office: Office) -> None:
    campaign = office.campaign(schedule=DAILY)
    attributes = [{"destination_attribute": "email", "source_table": "Customer360", "source_attribute": "email"}]
    GroupDestination.objects.update(attributes=attributes)
    for name in ("Autumn copy", "Autumn copy 2"):
        copy = command(campaign=campaign, command=Command.COPY, actor=office.person)
        assert isinstance(copy, Campaign)
        assert (copy.name, copy.status) == (name, Status.DRAFT)
        assert copy.assignment_key != campaign.assignment_key
    copied = draft_of(Campaign.objects.whole().get(name="Autumn copy"))
    assert [(group.name, group.percent, group.data_templates) for group in copied.groups] == [
        (group.name, group.percent, group.data_templates) for group in office.draft().groups
    ]
    assert copied.schedule == DAILY
    sent = [each.source_table for group in copied.groups for one in group.attributes.values() for each in one]
    assert sent == ["Customer360"]


@pytest.mark.django_db
def test_the_menus_offer_what_the_table_and_the_policies_allow(
    office: Office, sign_in: Callable[[str], Client]
) -> None:
    campaign = office.campaign()
    path = f"/t/acme/campaigns/{campaign.pk}/"
    marketer, reader = sign_in("ampiq_user"), sign_in("ampiq_user_read_only")
    assert 'value="copy"' in marketer.get("/t/acme/campaigns/").content.decode()
    assert "Send now" in marketer.get(path).content.decode()
    assert "Make a copy" not in reader.get(path).content.decode()
    assert reader.post(f"{path}do/", {"command": "copy"}).status_code == 403
    assert sign_in("restricted_exports").post(f"{path}do/", {"command": "stop"}).status_code == 403
    assert marketer.post(f"{path}do/", {"command": "fly"}).status_code == 400
    answer = marketer.post(f"{path}do/", {"command": "delete"})
    assert answer.headers["Location"] == "/t/acme/campaigns/"
    assert not Campaign.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "told"), [("send/", {}), ("do/", {"command": "schedule"})])
def test_what_was_changed_since_it_was_looked_at_is_not_sent(
    office: Office, sign_in: Callable[[str], Client], address: str, told: dict[str, str]
) -> None:
    campaign = office.campaign(schedule=DAILY)
    path, marketer = f"/t/acme/campaigns/{campaign.pk}/", sign_in("ampiq_user")
    assert marketer.get(path).content.count(b'name="revision" value="0"') == 2
    edit_campaign(campaign=campaign, draft=office.draft(schedule=DAILY), revision=0, actor=office.person)
    answer = marketer.post(path + address, {**told, "revision": "0"}, follow=True)
    assert "was changed since you looked at it" in answer.content.decode()
    assert Campaign.objects.get().status == Status.DRAFT
    marketer.post(path + address, {**told, "revision": "1"})
    assert Campaign.objects.get().status != Status.DRAFT


def test_nobody_is_offered_what_makes_no_sense() -> None:
    from accounts.access import NO_ACCESS

    assert offered(Campaign(status=Status.DRAFT), NO_ACCESS, was_sent=False) == []
