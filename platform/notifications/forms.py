from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from notifications import topics
from notifications.events import Event
from ui.forms import Switch

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.access import Access
    from notifications.models import AlertSubscription
    from notifications.topics import Topic

# Between a topic's key and a subject's in the value of a choice; neither has one.
BAR = "|"
USUAL = [Event.FAILED, Event.HELD, Event.COMPLETED_WITH_ERRORS]


class AlertForm(forms.Form):
    """What to be alerted of, when, and how."""

    what = forms.ChoiceField(label="What")
    events = forms.MultipleChoiceField(label="When", choices=Event, widget=forms.CheckboxSelectMultiple)
    skipped_percent = forms.IntegerField(
        label="Too many rows skipped: above",
        min_value=1,
        max_value=100,
        help_text="Percent of a send's rows that were not delivered, for whatever reason.",
    )
    by_email = forms.BooleanField(label="Also by e-mail", required=False, widget=Switch)

    def __init__(self, data: QueryDict | None, *, access: Access, subscription: AlertSubscription | None) -> None:
        super().__init__(data, initial=_initial(subscription))
        self.fields["what"].choices = choices(access)  # type: ignore[attr-defined]
        self.fields["what"].disabled = subscription is not None

    @property
    def chosen(self) -> tuple[Topic, str]:
        """The topic and the key of the subject, which is empty for the whole topic."""
        topic, _bar, subject = self.cleaned_data["what"].partition(BAR)
        return topics.topic(topic), subject

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "what" in cleaned and "events" in cleaned:
            topic, _subject = self.chosen
            cleaned["events"] = [event for event in cleaned["events"] if event in topic.events]
            if not cleaned["events"]:
                known = ", ".join(event.label for event in topic.events)
                self.add_error("events", f"{topic.label} know only: {known}.")
        return cleaned


def choices(access: Access) -> list[tuple[str, list[tuple[str, str]]]]:
    """What this person may be alerted of, by topic."""
    open_topics = [topic for topic in topics.topics() if topic.events and topic.open_to(access)]
    return [(topic.label, _of(topic, access)) for topic in open_topics]


def _of(topic: Topic, access: Access) -> list[tuple[str, str]]:
    subjects = [(f"{topic.key}{BAR}{subject.key}", subject.label) for subject in topic.subjects(access)]
    return [(f"{topic.key}{BAR}", f"All {topic.label.lower()}"), *subjects]


def _initial(subscription: AlertSubscription | None) -> dict[str, Any]:
    if subscription is None:
        return {"events": USUAL, "skipped_percent": 10}
    return {
        "what": f"{subscription.topic}{BAR}{subscription.subject}",
        "events": subscription.events,
        "skipped_percent": subscription.skipped_percent,
        "by_email": subscription.by_email,
    }
