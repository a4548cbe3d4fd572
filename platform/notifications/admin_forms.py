from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2Widget,
    UnfoldBooleanSwitchWidget,
)

from accounts.access import Access
from accounts.admin_forms import WatchfulForm
from accounts.models import Membership
from notifications.alerts import may_hear
from notifications.events import PROBLEMS, Event
from notifications.models import USUAL_SKIPPED_PERCENT, AlertSubscription
from notifications.services import choose_for
from notifications.topics import subject_labels, topic

if TYPE_CHECKING:
    from accounts.models import User

BETWEEN = "|"


class SubscriptionForm(WatchfulForm):
    """An alert for somebody: about what, when and how. Person and subject can't change once it is added."""

    watched: ClassVar = {"when": "When", "by_email": "Also by e-mail", "skipped_percent": "Too many rows skipped"}
    # Of the person who fills in the form: they can choose only what they may see.
    access: ClassVar[Access]

    member = forms.ChoiceField(label="Who", widget=UnfoldAdminSelect2Widget(), help_text="A member of the tenant.")
    about = forms.ChoiceField(
        label="What",
        widget=UnfoldAdminSelect2Widget(),
        help_text="All of a kind or one thing. They are told only of what they may see themselves.",
    )
    events = forms.MultipleChoiceField(
        label="When",
        choices=[(event.value, f"{event.label}: {event.meaning}") for event in Event],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        initial=[event.value for event in Event if event in PROBLEMS],
    )
    skipped_percent = forms.IntegerField(
        label="Rows skipped: too many above, in percent",
        min_value=1,
        max_value=100,
        initial=USUAL_SKIPPED_PERCENT,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    by_email = forms.BooleanField(
        label="Also by e-mail",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="It is in the notifications of the web pages in any case.",
    )

    class Meta:
        model = AlertSubscription
        fields = ("events", "skipped_percent", "by_email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("member", [(str(each.user_id), str(each.user)) for each in self._members()])
        self._offer("about", _by_topic(subject_labels(self.access)))
        if self.instance.pk:
            self.initial = {**self.initial, **self._stored_answers()}
            self.fields["member"].disabled = self.fields["about"].disabled = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for refuse in (
            self._refuse_what_is_closed_to_them,
            self._refuse_what_never_happens,
            self._refuse_a_second,
        ):
            if not self.errors:
                refuse()
        return cleaned

    def store(self, actor: User) -> AlertSubscription:
        key, subject = self._about()
        return choose_for(
            actor=actor,
            user=self._member().user,
            topic=key,
            subject=subject,
            events=[Event(each) for each in self.cleaned_data["events"]],
            by_email=self.cleaned_data["by_email"],
            skipped_percent=self.cleaned_data["skipped_percent"],
        )

    def _refuse_what_is_closed_to_them(self) -> None:
        key, subject = self._about()
        member = self._member()
        if not may_hear(topic(key), subject, Access(member)):
            self.add_error("about", f"{member} may not see this, and so can't be alerted to it.")

    def _refuse_what_never_happens(self) -> None:
        about = topic(self._about()[0])
        foreign = [Event(each).label for each in self.cleaned_data["events"] if each not in about.events]
        known = ", ".join(event.label for event in about.events)
        if foreign:
            self.add_error(
                "events", f"{about.label} know no “{'”, “'.join(foreign)}”. Choose among these: {known}."
            )

    def _refuse_a_second(self) -> None:
        key, subject = self._about()
        member = self._member()
        others = AlertSubscription.objects.filter(user=member.user, topic=key, subject=subject)
        if self.instance.pk is None and others.exists():
            self.add_error("about", f"{member} is already alerted to this: change that alert.")

    def _about(self) -> tuple[str, str]:
        key, _between, subject = str(self.cleaned_data["about"]).partition(BETWEEN)
        return key, subject

    def _member(self) -> Membership:
        return cast("Membership", self._members().get(user_id=self.cleaned_data["member"]))

    def _members(self) -> Any:
        return Membership.objects.filter(user__is_active=True).select_related("user")

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        field.choices = [("", "Choose…"), *choices]

    def _stored_answers(self) -> dict[str, Any]:
        stored = self.instance
        return {
            "member": str(stored.user_id),
            "about": f"{stored.topic}{BETWEEN}{stored.subject}",
            "events": stored.events,
            "skipped_percent": stored.skipped_percent,
            "by_email": stored.by_email,
        }


def _by_topic(labels: dict[tuple[str, str], str]) -> list[Any]:
    """Choices of a drop-down, grouped under the label of their topic."""
    found = []
    for key, members in groupby(labels.items(), key=lambda item: item[0][0]):
        choices = [(f"{key}{BETWEEN}{subject}", label) for (_key, subject), label in members]
        found.append((topic(key).label, choices))
    return found
