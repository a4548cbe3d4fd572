from __future__ import annotations

import pytest

from accounts.templatetags.accounts import changes


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"allow_business_users": True, "available": False}, ["yes", "no"]),
        ({"include": ["Lapsed", "High value"]}, ["Lapsed, High value"]),
        ({"guards": {"max_removals": 10, "daily_calls": None}}, ["max removals: 10, daily calls: nothing"]),
        ({"groups": [{"name": "A"}, {"control": True}]}, ["name: A; control: yes"]),
    ],
)
def test_an_audit_entry_speaks_in_words(change: dict[str, object], told: list[str]) -> None:
    assert [line.after for line in changes(change)["lines"]] == told
