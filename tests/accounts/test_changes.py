"""How the audit tells what changed."""

from __future__ import annotations

from accounts.templatetags.accounts import changes


def test_names_of_fields_are_words_and_what_people_wrote_stays_as_they_wrote_it() -> None:
    told = changes({"before": {"list_name": ""}, "after": {"list_name": "{{ campaign_name }}"}})["lines"]
    assert [(line.label, line.after) for line in told] == [("list name", "{{ campaign_name }}")]

    (told,) = changes({"data": {"Merged_Customers": 1, "when_empty": "given_name"}})["lines"]
    assert told.after == "Merged_Customers: 1, when empty: given_name"

    (told,) = changes({"tested_at": "2026-11-21T14:14:16.298Z"})["lines"]
    assert told.after == "21 Nov 2026, 14:14"
