"""What was typed into the editor, and what is read from it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.editor.content import Group
from campaigns.naming import copy_name, free_name


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        *[("10", "10"), ("12,5", "12.5"), ("0.25", "0.25"), ("7.", "7"), ("100", "100"), ("0", "0")],
        *[(typed, None) for typed in ("", "100.01", "1.005", "-1", "1e1", "0e-20000", "1_0", "٣", "nan", "ten")],
    ],
)
def test_a_split_is_read_as_people_write_it_and_no_other_number_is(typed: str, share: str | None) -> None:
    assert Group(id=1, name="Offer", percent=typed).share == (share and Decimal(share))


def test_names_that_are_made_fit_and_are_free_and_say_that_they_are_shortened() -> None:
    long = "x" * 120
    assert free_name("_VIP", {"vip"}) == "VIP 2"
    assert free_name(long, set()) == f"{'x' * 79}…"
    assert free_name(long, {f"{'x' * 79}…"}) == f"{'x' * 77}… 2"
    assert copy_name("Autumn", {"autumn copy"}) == "Autumn copy 2"
    assert copy_name(long, set()) == f"{'x' * 114}… copy"
