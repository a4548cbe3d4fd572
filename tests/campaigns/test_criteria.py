"""Custom criteria of a sub-audience: the condition editor, on the campaign that is being edited."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from campaigns.drafts import SubAudienceDraft
from campaigns.editor.criteria import in_words
from campaigns.editor.part_changes import NO_CRITERIA
from campaigns.models import CampaignEdit, SubAudience
from segments.models import SegmentVersion
from segments.operators import MEANINGS, Operator
from segments.rules import AttributeCondition, Group, Join, Rules, Section
from segments.schema import current_schema
from segments.stored import UNREADABLE
from segments.words import Speaker
from tests.campaigns.editing import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from campaigns.models import Campaign
    from tests.campaigns.office import Office

pytestmark = pytest.mark.django_db


@dataclass
class Criteria:
    """An opened page of criteria."""

    client: Client
    campaign: Campaign
    part: int
    name: str = "mine"
    revision: int = 0

    @property
    def path(self) -> str:
        return f"/t/acme/campaigns/{self.campaign.pk}/edit/sub-audiences/{self.part}/criteria/"

    def text(self, below: str = "", **asked: str) -> str:
        answer = self.client.get(self.path + below, asked)
        assert answer.status_code == 200
        self.revision = CampaignEdit.objects.get(campaign=self.campaign).revision
        return answer.content.decode()

    def post(self, below: str, **values: Any) -> Any:
        return self.client.post(self.path + below, {"page": self.name, "revision": self.revision, **values})

    def made(self, below: str, **values: Any) -> str:
        answer = self.post(below, **values)
        assert answer.status_code == 200, answer.headers
        self.revision = CampaignEdit.objects.get(campaign=self.campaign).revision
        return str(answer.content.decode())

    @property
    def rules(self) -> Rules:
        content = CampaignEdit.objects.get(campaign=self.campaign).content
        part = content.part(self.part) if content else None
        assert part is not None
        return Rules.model_validate(part.rules)


@pytest.fixture
def page(office: Office, sign_in: Callable[[str], Client]) -> Page:
    part = SubAudienceDraft(
        groups=office.groups(), name="High", segment=office.segment("High", Operator.AT_LEAST, "51")
    )
    return Page(sign_in("ampiq_user"), office.campaign(sub_audiences=(part,)))


@pytest.fixture
def criteria(page: Page) -> Criteria:
    """Custom criteria, just chosen instead of the segment High; opened."""
    part = SubAudience.objects.get(campaign=page.campaign).pk
    page.change("part_criteria", part=part)
    opened = Criteria(page.client, page.campaign, part)
    opened.text()
    return opened


def with_a_score(criteria: Criteria, score: str) -> str:
    """Adds "score is at least"; gives the id of the condition."""
    criteria.made("conditions/", what="attribute:score", into="include")
    condition = list(criteria.rules.conditions)[-1].id
    criteria.made(f"conditions/{condition}/", operator=Operator.AT_LEAST, **{"value-0": score})
    return condition


def test_criteria_begin_with_the_segments_customers_and_are_narrowed_down(page: Page, criteria: Criteria) -> None:
    said = page.text()
    assert "Customer is a member of High" in said
    assert 'id="criteria-of-' in said
    with_a_score(criteria, "91")
    said = f"Customer is a member of High and score {MEANINGS[Operator.AT_LEAST].label} 91"
    assert said in unescape(page.text())
    assert ">10<" in page.numbers()
    assert "HX-Redirect" in page.save(sure="yes").headers  # by chance no control is among ten
    part = SubAudience.objects.get(campaign=page.campaign)
    assert part.segment is None
    assert len(list(Rules.model_validate(part.rules).conditions)) == 2


def test_the_page_offers_counts_and_arranges_like_the_segment_editor(criteria: Criteria) -> None:
    shown = criteria.text()
    for words in ("Back to the campaign", f"{criteria.path}arrange/", f"{criteria.path}count/", "In plain words"):
        assert words in shown
    assert f'data-send="{criteria.path}conditions/"' in criteria.text("choices/", into="include")
    assert ">50<" in (counted := criteria.text("count/", page="mine"))
    assert "of 100 in the audience" in counted
    assert "only=placed" not in counted
    criteria.text("values/", table="Customer360", column="score")
    member = next(criteria.rules.conditions).id
    criteria.made("arrange/", piece=member, how="duplicate")
    criteria.made("arrange/", piece=member, how="remove")
    assert [each.id != member for each in criteria.rules.conditions] == [True]


def test_an_unfinished_condition_is_left_out_of_the_numbers_and_stops_the_review(
    page: Page, criteria: Criteria
) -> None:
    criteria.made("conditions/", what="attribute:score", into="include")
    assert "1 condition is not finished" in page.text()
    assert ">50<" in page.numbers()
    answer = page.save()
    assert "HX-Redirect" not in answer.headers
    assert "1 condition is not finished" in answer.content.decode()


def test_two_people_at_once_are_asked_whose_change_holds(criteria: Criteria) -> None:
    condition = with_a_score(criteria, "91")
    other = Criteria(criteria.client, criteria.campaign, criteria.part, "theirs")
    other.text()
    other.made(f"conditions/{condition}/", operator=Operator.AT_LEAST, **{"value-0": "81"})
    mine = {"operator": Operator.AT_LEAST, "value-0": "71"}
    asked = criteria.post(f"conditions/{condition}/", **mine).content.decode()
    assert "Someone else changed this in the meantime" in asked
    assert "its criteria were edited" in asked
    assert [each.values for each in criteria.rules.conditions if each.id == condition] == [("81",)]  # type: ignore[union-attr]  # by score
    criteria.made(f"conditions/{condition}/", again="yes", **mine)
    assert [each.values for each in criteria.rules.conditions if each.id == condition] == [("71",)]  # type: ignore[union-attr]  # by score


def test_a_saved_segment_takes_the_place_of_criteria_which_come_back_as_they_were(
    page: Page, criteria: Criteria, office: Office
) -> None:
    with_a_score(criteria, "91")
    before = [each.model_dump() for each in criteria.rules.conditions]
    low = office.segment("Low", Operator.LESS, "11")
    page.revision = CampaignEdit.objects.get(campaign=page.campaign).revision
    page.change("part_segment", part=criteria.part, segment=low.pk)
    gone = criteria.client.get(criteria.path, follow=True)
    assert "no longer has criteria to edit" in gone.content.decode()
    assert gone.request["PATH_INFO"] == page.path
    page.change("part_criteria", part=criteria.part)
    assert [each.model_dump() for each in criteria.rules.conditions] == before


def test_people_with_restricted_pii_neither_see_nor_set_values_of_personal_data(
    page: Page, criteria: Criteria, sign_in: Callable[[str], Client]
) -> None:
    criteria.made("conditions/", what="attribute:email", into="include")
    condition = list(criteria.rules.conditions)[-1].id
    criteria.made(f"conditions/{condition}/", operator=Operator.EXACTLY, **{"value-0": "p7@example.com"})
    assert "p7@example.com" in page.text()
    restricted = Criteria(sign_in("restricted_pii"), criteria.campaign, criteria.part, "theirs")
    assert "p7@example.com" not in restricted.text()
    assert "p7@example.com" not in Page(restricted.client, page.campaign).text()
    refused = restricted.post(
        f"conditions/{condition}/", operator=Operator.EXACTLY, **{"value-0": "p8@example.com"}
    )
    assert refused.status_code == 204
    assert "p8@example.com" not in criteria.rules.model_dump_json()


def test_criteria_are_said_in_one_sentence(office: Office) -> None:
    def at_least(*scores: str) -> Section:
        conditions = (
            AttributeCondition(attribute="score", operator=Operator.AT_LEAST, values=(s,)) for s in scores
        )
        return Section(conditions=tuple(conditions), join=Join.ANY)

    speaker = Speaker(current_schema(), {}, redact=False)
    assert not in_words(Rules(), speaker)
    rules = Rules(
        include=Group(sections=(at_least("1", "2"), at_least("3"))), exclude=Group(sections=(at_least("9"),))
    )
    line = speaker.sentence(next(rules.conditions)).removesuffix(" 1")
    assert in_words(rules, speaker) == f"({line} 1 or {line} 2) and {line} 3; but not: {line} 9"


# --- Counted within the audience, undone, shown as SQL -----------------------------------------------------------


def test_criteria_are_counted_in_the_audience_and_after_the_sub_audiences_above(
    page: Page, criteria: Criteria, office: Office
) -> None:
    page.revision = criteria.revision
    page.change("exclude", value=[office.segment("Low", Operator.LESS, "61").pk])
    page.change("add_part", segment=office.segment("Top", Operator.AT_LEAST, "91").pk)
    page.change("order", value=[page.content.parts[1].id, criteria.part])
    counted = criteria.text("count/", page="mine")
    assert ">40<" in counted
    assert "of 40 in the audience" in counted
    assert f"{criteria.path}count/?only=placed" in unescape(counted)
    assert "<dd>30</dd>" in criteria.text("count/", page="mine", only="placed")
    page.change("include", value=[])
    assert "the campaign has no audience yet" in criteria.text("count/", page="mine")


def test_ones_last_change_of_criteria_is_taken_back(criteria: Criteria, sign_in: Callable[[str], Client]) -> None:
    assert 'id="undo" disabled' in criteria.text()  # that criteria were chosen is undone in the campaign
    with_a_score(criteria, "91")
    assert 'id="undo" disabled' not in criteria.text()
    other = Criteria(sign_in("datagrid_operator"), criteria.campaign, criteria.part, "theirs")
    assert other.post("undo/").status_code == 204
    for _change in ("its score", "the condition"):
        criteria.made("undo/")
    assert len(list(criteria.rules.conditions)) == 1
    assert criteria.post("undo/").status_code == 204


def test_the_sql_of_criteria_is_shown_unless_it_tells_personal_data(
    criteria: Criteria, sign_in: Callable[[str], Client]
) -> None:
    assert "SELECT" in criteria.text("sql/")
    criteria.made("conditions/", what="attribute:email", into="include")
    condition = list(criteria.rules.conditions)[-1].id
    criteria.made(f"conditions/{condition}/", operator=Operator.EXACTLY, **{"value-0": "p7@example.com"})
    assert "p7@example.com" in criteria.text("sql/")
    restricted = Criteria(sign_in("restricted_pii"), criteria.campaign, criteria.part, "theirs")
    assert "SELECT" not in restricted.text("sql/")


def test_a_sub_audience_by_criteria_is_added_and_not_saved_before_it_has_some(page: Page) -> None:
    """Its address leads to it also when it was saved meanwhile, and never to another one."""
    shown = page.change("add_by_criteria")
    assert "has no criteria yet" in shown
    part = page.content.parts[1]
    assert part.rules is not None
    assert "HX-Redirect" not in page.save().headers
    criteria = Criteria(page.client, page.campaign, part.id)
    criteria.text()
    with_a_score(criteria, "91")
    assert "HX-Redirect" in page.save(sure="yes").headers
    saved = SubAudience.objects.get(campaign=page.campaign, name=part.name)
    assert criteria.client.get(criteria.path)["Location"] == criteria.path.replace(str(part.id), str(saved.pk))
    assert "91" in criteria.text("sql/")
    page.revision = CampaignEdit.objects.get(campaign=page.campaign).revision
    page.change("add_by_criteria")
    newer = page.content.parts[-1]
    assert (newer.rules, newer.id < part.id) == (NO_CRITERIA, True)
    assert criteria.client.get(criteria.path)["Location"].endswith(f"/{saved.pk}/criteria/")


def test_criteria_that_cannot_be_read_break_no_page_and_begin_anew(
    page: Page, sign_in: Callable[[str], Client]
) -> None:
    SubAudience.objects.update(segment=None, rules={"include": "of another version"})
    part, here = SubAudience.objects.get().pk, page.path.removesuffix("edit/")
    told = {each: page.client.get(here + each) for each in ("", "summary/", "edit/", "edit/count/", "forecast/")}
    assert {each.status_code for each in told.values()} == {200}
    said = [name for name, each in told.items() if "can no longer be read" in unescape(each.content.decode())]
    assert said == ["", "summary/", "edit/", "edit/count/"]
    totals = page.client.get(f"{page.path}count/", {"only": "totals"}).content.decode()
    assert f'<span id="size-of-part-{part}" data-size hx-swap-oob="true">—</span>' in totals
    assert '<div id="split" hx-swap-oob="true"></div>' in totals
    assert "can no longer be read" in unescape(page.client.post(f"{here}why/", {"sought": "c7"}).content.decode())
    assert sign_in("restricted_pii").get(here).status_code == 200
    criteria = Criteria(page.client, page.campaign, part)
    assert criteria.client.get(criteria.path)["Location"] == page.path
    assert "has no criteria yet" in page.change("part_criteria", part=part)
    criteria.text()
    with_a_score(criteria, "91")
    assert "HX-Redirect" in page.save(sure="yes").headers
    SegmentVersion.objects.update(rules={"include": "of another version"})
    told = {each: page.client.get(here + each) for each in ("", "summary/", "edit/", "edit/count/")}
    said = [name for name, each in told.items() if UNREADABLE in unescape(each.content.decode())]
    assert ({each.status_code for each in told.values()}, said) == ({200}, ["", "summary/", "edit/count/"])
