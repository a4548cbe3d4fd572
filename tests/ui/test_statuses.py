from __future__ import annotations

import pytest
from django.db import models
from django.template import Context, Template

from ui import statuses

DELIVERY = [
    "Waiting to start…",
    "Preparing",
    "Held",
    "Sending",
    "Stopping…",
    "Stopped",
    "Completed",
    "Completed with errors",
    "Failed",
]
CAMPAIGN = [
    "Draft",
    "Scheduled",
    "Sending",
    "Active",
    "Delivered",
    "Paused",
    "Stopping…",
    "Stopped",
    "Error",
    "Archived",
]


class Status(models.TextChoices):
    DONE_WITH_ERRORS = "completed_with_errors", "Completed with errors"


def badge(status: object) -> str:
    return Template("{% load ui %}{% badge status %}").render(Context({"status": status}))


def test_every_status_of_a_delivery_has_a_tone() -> None:
    assert list(statuses.DELIVERY_STATUSES) == DELIVERY


def test_every_status_of_a_campaign_has_a_tone() -> None:
    assert list(statuses.CAMPAIGN_STATUSES) == CAMPAIGN


def test_a_word_means_the_same_wherever_it_is_used() -> None:
    shared = statuses.DELIVERY_STATUSES.keys() & statuses.CAMPAIGN_STATUSES.keys()
    assert all(statuses.DELIVERY_STATUSES[word] == statuses.CAMPAIGN_STATUSES[word] for word in shared)


@pytest.mark.parametrize("word", sorted({*DELIVERY, *CAMPAIGN}))
def test_a_badge_shows_the_word_in_its_tone(word: str) -> None:
    assert badge(word) == f'<span class="badge {statuses.TONES[word]}">{word}</span>'


def test_a_badge_takes_a_choice_by_its_label() -> None:
    assert badge(Status.DONE_WITH_ERRORS) == '<span class="badge warn">Completed with errors</span>'


def test_an_unknown_word_is_plain_and_escaped() -> None:
    assert badge("<b>") == '<span class="badge ">&lt;b&gt;</span>'
