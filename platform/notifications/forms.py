from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from notifications import topics
from notifications.events import PROBLEMS, Event
from notifications.models import USUAL_SKIPPED_PERCENT
from ui.forms import Switch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from accounts.access import Access
    from notifications.models import AlertSubscription
    from notifications.topics import Topic

EVERYTHING = ""


class AlertForm(forms.Form):
    """What of one topic to be alerted of, when, and how."""

    subject = forms.ChoiceField(label="What", required=False)
    events = forms.MultipleChoiceField(label="When", widget=forms.CheckboxSelectMultiple)
    skipped_percent = forms.IntegerField(
        label="Too many rows skipped: more than",
        min_value=1,
        max_value=100,
        initial=USUAL_SKIPPED_PERCENT,
        help_text="Percent of a send's rows that were not delivered, for whatever reason.",
    )
    by_email = forms.BooleanField(label="Also by e-mail", required=False, widget=Switch)

    def __init__(
        self, data: QueryDict | None, *, topic: Topic, access: Access, subscription: AlertSubscription | None
    ) -> None:
        super().__init__(data, initial=_initial(topic, subscription))
        self.fields["subject"].choices = list(choices(topic, access).items())  # type: ignore[attr-defined]
        self.fields["subject"].disabled = subscription is not None
        self.fields["events"].choices = [(event.value, event.label) for event in topic.events]  # type: ignore[attr-defined]
        if Event.SKIPPED not in topic.events:
            del self.fields["skipped_percent"]


def open_topics(access: Access) -> Sequence[Topic]:
    """Those with alerts that this person may be told of."""
    return [topic for topic in topics.topics() if topic.events and topic.open_to(access)]


def choices(topic: Topic, access: Access) -> dict[str, str]:
    """The keys and labels of what this person may be alerted of within a topic."""
    everything = {EVERYTHING: f"All {topic.label.lower()}"}
    return everything | {subject.key: subject.label for subject in topic.subjects(access)}


def _initial(topic: Topic, subscription: AlertSubscription | None) -> dict[str, Any]:
    if subscription is None:
        return {"events": [event for event in topic.events if event in PROBLEMS]}
    return {
        "subject": subscription.subject,
        "events": subscription.events,
        "skipped_percent": subscription.skipped_percent,
        "by_email": subscription.by_email,
    }
