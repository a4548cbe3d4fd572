"""What was typed into the editor, and what is read from it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.editor.content import Group


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        *[("10", "10"), ("12,5", "12.5"), ("0.25", "0.25"), ("7.", "7"), ("100", "100"), ("0", "0")],
        *[(typed, None) for typed in ("", "100.01", "1.005", "-1", "1e1", "0e-20000", "1_0", "٣", "nan", "ten")],
    ],
)
def test_a_split_is_read_as_people_write_it_and_no_other_number_is(typed: str, share: str | None) -> None:
    assert Group(id=1, name="Offer", percent=typed).share == (share and Decimal(share))
