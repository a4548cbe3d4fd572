from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from campaigns.audience.counting import Counts, Summary
from campaigns.audience.expectations import empty_groups
from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft

TREATMENT, CONTROL = 1, 2


def summary(treated: int, controls: int, *, percent: str = "10") -> Summary:
    groups = (
        GroupDraft("Offer", 100 - Decimal(percent), id=TREATMENT),
        GroupDraft("Control", Decimal(percent), is_control=True, id=CONTROL),
    )
    draft = CampaignDraft("Autumn", (), (), (SubAudienceDraft(groups=groups, name="VIP"),))
    sizes = {TREATMENT: treated, CONTROL: controls}
    return Summary(draft, Counts(0, 0, treated + controls, 0, sizes), datetime(2026, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        (summary(900, 100), []),
        (summary(1000, 0, percent="0"), []),
        (
            summary(40, 0, percent="2.5"),
            ["None of the 40 customers in “VIP” is in the control group “Control” now."],
        ),
        (
            summary(8, 1),
            ["The control group “Control” is expected to be empty: its share of the 9 customers in “VIP” is 0.9."],
        ),
        (
            summary(0, 0),
            [
                "Nobody is in “VIP” now, so the treatment “Offer” would be empty.",
                "Nobody is in “VIP” now, so the control group “Control” would be empty.",
            ],
        ),
    ],
)
def test_a_group_is_called_empty_when_nobody_is_to_be_expected_in_it(counted: Summary, words: list[str]) -> None:
    assert [empty.warning for empty in empty_groups(counted)] == words
