from __future__ import annotations

import pytest

from destinations.errors import NameTemplateError
from destinations.hubspot.names import property_name
from destinations.list_names import LONGEST_LIST_NAME, check_template, missing_for_campaigns, preview, render

NAMES = {"campaign_name": "Spring", "group_name": "Offer 10 %"}


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{{ campaign_name }} - {{ group_name }}", "Spring - Offer 10 %"),
        ("{{campaign_name}}{{  group_name  }}", "SpringOffer 10 %"),
        ("Newsletter", "Newsletter"),
        ("  {{ campaign_name }}   twice  {{ campaign_name }} ", "Spring twice Spring"),
    ],
)
def test_variables_become_their_values(template: str, name: str) -> None:
    assert render(template, NAMES) == name


def test_a_value_that_looks_like_a_variable_stays_text() -> None:
    hostile = {"campaign_name": "{{ group_name }}{% debug %}<b>", "group_name": "secret"}

    assert render("{{ campaign_name }}", hostile) == "{{ group_name }}{% debug %}<b>"


def test_line_breaks_in_a_value_become_spaces() -> None:
    assert render("{{ campaign_name }}", {"campaign_name": "two\r\nlines\x00"}) == "two lines"


@pytest.mark.parametrize(
    "template",
    ["{{ password }}", "{{ campaign_name.__class__ }}", "{{ campaign_name|safe }}", "{% now 'Y' %}", "{{", "}}"],
)
def test_anything_but_a_known_variable_is_refused(template: str) -> None:
    with pytest.raises(NameTemplateError):
        check_template(template)


@pytest.mark.parametrize("template", ["", "   ", "two\nlines", "x" * (LONGEST_LIST_NAME + 1)])
def test_a_name_that_can_not_be_is_refused(template: str) -> None:
    with pytest.raises(NameTemplateError):
        check_template(template)


def test_a_name_is_never_shortened_because_it_could_become_anothers() -> None:
    with pytest.raises(NameTemplateError, match="at most 200 characters"):
        render("{{ campaign_name }}", {"campaign_name": "x" * 201})


def test_a_variable_without_a_value_is_refused() -> None:
    with pytest.raises(NameTemplateError, match="“object_name” has no value here"):
        render("{{ object_name }}", NAMES)


def test_campaigns_need_two_variables() -> None:
    assert missing_for_campaigns("{{ campaign_name }}") == ["{{ group_name }}"]
    assert missing_for_campaigns("{{ group_name }} of {{campaign_name}}") == []


def test_the_preview_uses_examples() -> None:
    assert preview("{{ campaign_name }}: {{ group_name }}") == "Spring win-back: Offer 10 %"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("First Name*", "first_name_"),
        ("Kunde #1 - Über", "kunde__1____ber"),
        ("already_fine_2", "already_fine_2"),
        (" Trimmed ", "trimmed"),
    ],
)
def test_names_of_properties_are_lower_case_letters_digits_and_underscores(text: str, name: str) -> None:
    assert property_name(text) == name


@pytest.mark.parametrize("text", ["", "9 lives", "_hidden", "Überschrift", "x" * 100])
def test_a_name_that_no_property_can_have_asks_for_another(text: str) -> None:
    with pytest.raises(NameTemplateError, match="Enter another name"):
        property_name(text)
