from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from ui import icons
from ui.forms import ChipSelect, Renderer, Segmented, Switch


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context)).strip()


class Example(forms.Form):
    default_renderer = Renderer

    name = forms.CharField(help_text="Shown in reports.")
    email = forms.EmailField(required=False)
    kind = forms.ChoiceField(widget=Segmented, choices=[("once", "One-time"), ("again", "Recurring")])
    segments = forms.MultipleChoiceField(widget=ChipSelect(), choices=[("1", "High value")], required=False)
    active = forms.BooleanField(widget=Switch, required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


# --- Icons and words ---------------------------------------------------------------------------------------------


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in render('{% icon "bell" %}')
    assert 'role="img" aria-label="Unread"' in render('{% icon "bell" label="Unread" %}')


def test_an_unknown_icon_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        render('{% icon "no-such-icon" %}')


def test_icons_that_point_turn_round_where_reading_does() -> None:
    assert not icons.DIRECTIONAL - icons.drawings().keys()
    assert 'class="icon flip"' in render('{% icon "arrow-right" %}')


def test_initials_are_two_letters_at_most() -> None:
    assert render('{{ "Online Retail Group"|initials }}') == "OR"
    assert render('{{ ""|initials }}') == ""


def test_a_time_names_the_exact_moment_on_hover() -> None:
    with time_machine.travel(datetime(2026, 11, 24, 9, 0, 4, tzinfo=UTC), tick=False):
        shown = render("{% ago when %}", when=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    assert 'datetime="2026-11-24T09:00:00+00:00"' in shown
    assert 'title="24 Nov 2026, 09:00"' in shown
    assert "4\N{NO-BREAK SPACE}s ago" in shown


def test_a_time_that_never_was_is_a_dash() -> None:
    assert render("{% ago when %}{% datetime when %}", when=None) == "\N{EM DASH}\N{EM DASH}"


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', ""), (None, "")]
)
def test_only_a_known_theme_is_taken_from_the_cookie(cookie: str | None, theme: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES = {"theme": cookie} if cookie else {}
    assert render("{% theme %}", request=request) == theme


# --- Forms -------------------------------------------------------------------------------------------------------


def test_a_field_ties_label_help_and_error_to_its_input() -> None:
    shown = render("{% field form.name %}", form=Example({}))
    assert '<label for="id_name">' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    assert 'aria-invalid="true"' in shown


def test_a_required_field_is_marked_and_an_optional_one_is_not() -> None:
    form = Example()
    assert 'class="required"' in render("{% field form.name %}", form=form)
    assert 'class="required"' not in render("{% field form.email %}", form=form)


def test_a_hidden_label_is_still_read_aloud() -> None:
    shown = render("{% field form.name hide_label=True %}", form=Example())
    assert '<label for="id_name" class="visually-hidden">' in shown


def test_choices_are_a_group_with_a_legend() -> None:
    shown = render("{% field form.kind %}", form=Example())
    assert shown.startswith("<fieldset")
    assert "<legend>Kind" in shown
    assert shown.count('type="radio"') == 2


def test_a_switch_is_a_checkbox_that_says_it_is_a_switch() -> None:
    assert 'type="checkbox" name="active" role="switch"' in render("{% field form.active %}", form=Example())


def test_chips_are_a_plain_multiple_select_without_javascript() -> None:
    shown = render("{% field form.segments %}", form=Example())
    assert "<select" in shown
    assert "multiple" in shown


def test_a_whole_form_shows_every_field_once_and_its_hidden_ones() -> None:
    shown = str(Example())
    assert shown.count('class="field ') == 5
    assert shown.count('type="hidden"') == 1


def test_the_summary_links_to_each_field_that_is_wrong() -> None:
    shown = render("{% error_summary form %}", form=Example({"email": "maria@"}))
    assert 'href="#id_name"' in shown
    assert 'href="#id_email"' in shown


def test_one_wrong_field_needs_no_summary_but_a_general_error_does() -> None:
    form = Example({"name": "Autumn", "kind": "once", "email": "maria@"})
    assert render("{% error_summary form %}", form=form) == ""
    form.add_error(None, "Nobody is left in the audience.")
    assert "Nobody is left in the audience." in render("{% error_summary form %}", form=form)


# --- Parts of pages ----------------------------------------------------------------------------------------------


def test_the_last_crumb_is_the_page_itself() -> None:
    assert render('{% crumb "Campaigns" "/c/" %}') == '<li><a href="/c/">Campaigns</a></li>'
    assert 'aria-current="page"' in render("{% crumb name %}", name="Autumn")
    assert "&lt;Autumn&gt;" in render("{% crumb name %}", name="<Autumn>")


def test_a_head_sorts_and_keeps_the_rest_of_the_query() -> None:
    first = render('{% sort_header "name" "Name" %}', request=RequestFactory().get("/?q=x&page=4"))
    assert 'href="?q=x&amp;sort=name"' in first
    assert "aria-sort" not in first
    second = render('{% sort_header "name" "Name" %}', request=RequestFactory().get("/?sort=name"))
    assert 'aria-sort="ascending"' in second
    assert 'href="?sort=-name"' in second


def test_pages_keep_the_query_and_say_which_rows_are_shown() -> None:
    page = Paginator(range(1_000), 50).get_page(2)
    shown = render('{% pagination page "rows" %}', page=page, request=RequestFactory().get("/?q=x"))
    assert "51–100 of 1,000 rows" in shown  # noqa: RUF001  an en dash for a range
    assert "?q=x&amp;page=3" in shown


def test_one_page_has_no_way_to_others_and_one_row_no_count() -> None:
    request = RequestFactory().get("/")
    few, single = (Paginator(range(count), 50).get_page(1) for count in (3, 1))
    assert "<ul>" not in render("{% pagination page %}", page=few, request=request)
    assert "<nav" in render("{% pagination page %}", page=few, request=request)
    assert "<nav" not in render("{% pagination page %}", page=single, request=request)


def test_progress_without_a_value_promises_no_end() -> None:
    assert "value=" not in render('{% progress "Preparing" %}')
    assert 'value="3" max="8"' in render('{% progress "Sending" 3 8 %}')


def test_a_callout_of_bad_news_is_announced() -> None:
    assert 'role="alert"' in render('{% note "bad" %}Refused{% endnote %}')
    assert 'role="alert"' not in render("{% note %}By the way{% endnote %}")


def test_a_dialog_is_named_by_its_title() -> None:
    shown = render('{% dialog "d" "Delete?" %}<div class="body"></div>{% enddialog %}')
    assert 'aria-labelledby="d-title"' in shown
    assert '<h2 id="d-title">Delete?</h2>' in shown
