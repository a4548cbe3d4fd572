from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django import forms

from notifications.events import PROBLEMS, Event
from notifications.models import USUAL_SKIPPED_PERCENT
from notifications.topics import EVERYTHING, subjects_of
from ui.forms import Switch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from accounts.access import Access
    from notifications.models import AlertSubscription
    from notifications.topics import Subject, Topic


class AlertForm(forms.Form):
    """What in one topic to be alerted about, when, and how."""

    subject = forms.ChoiceField(label="What", required=False)
    events = forms.MultipleChoiceField(label="When", widget=forms.CheckboxSelectMultiple)
    skipped_percent = forms.IntegerField(
        label="Rows skipped: too many are more than, percent",
        min_value=1,
        max_value=100,
        initial=USUAL_SKIPPED_PERCENT,
        help_text="Of a send's customers, those that were not delivered, for whatever reason.",
    )
    by_email = forms.BooleanField(label="Also by e-mail", required=False, widget=Switch)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        topic: Topic,
        access: Access,
        subscription: AlertSubscription | None,
        subject: str = EVERYTHING,
    ) -> None:
        super().__init__(data, initial=_initial(topic, subscription, subject))
        self.fields["subject"].choices = _grouped(subjects_of(topic, access))  # type: ignore[attr-defined]
        self.fields["subject"].disabled = subscription is not None
        self.fields["events"].choices = [(event.value, _words(event)) for event in topic.events]  # type: ignore[attr-defined]
        if Event.SKIPPED not in topic.events:
            del self.fields["skipped_percent"]


def _grouped(subjects: Iterable[Subject]) -> list[tuple[str, Any]]:
    """Choices of a select: those without a group stand by themselves."""
    grouped: list[tuple[str, Any]] = []
    for group, members in groupby(subjects, key=attrgetter("group")):
        choices = [(subject.key, subject.label) for subject in members]
        grouped += [(group, choices)] if group else choices
    return grouped


def _words(event: Event) -> str:
    return f"{event.label}: {event.meaning}"


def _initial(topic: Topic, subscription: AlertSubscription | None, subject: str) -> dict[str, Any]:
    if subscription is None:
        problems = [event for event in topic.events if event in PROBLEMS]
        return {"events": problems, "subject": subject}
    return {
        "subject": subscription.subject,
        "events": subscription.events,
        "skipped_percent": subscription.skipped_percent,
        "by_email": subscription.by_email,
    }
