from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from unfold.widgets import (
    BASE_INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.admin_forms import WatchfulForm
from destinations.schedules.forms import KINDS, ScheduleForm
from tenants.models import Tenant

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import ClassVar

    from destinations.schedules.recurrence import Kind, Schedule


class TimingForm(WatchfulForm):
    """Pauses what runs automatically, and edits its schedule: the fields of `ScheduleForm` in the admin's style.

    A subclass's Meta names the model. What runs automatically without a schedule can only be paused.
    """

    watched: ClassVar = {
        "when": "When it runs",
        "catch_up_words": "After an outage",
        "is_paused": "Paused",
    }
    # The kinds of schedule this model may have.
    kinds: ClassVar[Collection[Kind]] = tuple(KINDS)

    is_paused = forms.BooleanField(
        label="Paused",
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text="Nothing starts by itself until this is off; times that pass meanwhile are not made up for.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_paused"] = self.instance.is_paused
        self._written = self._schedule_form()
        if self._written is not None:
            self._take_over(self._written)

    @property
    def new_schedule(self) -> Schedule | None:
        """The schedule entered, if it differs from the stored one."""
        if self._written is None:
            return None
        written = self._written.schedule()
        return None if written == self.instance.schedule else written

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self._written is not None and not self._written.is_valid():
            for name, messages in self._written.errors.items():
                self._add_problems(name, messages)
        return cleaned

    def _add_problems(self, name: str, messages: Any) -> None:
        if name not in self.errors:
            self.add_error(None if name == NON_FIELD_ERRORS else name, list(messages))

    def _schedule_form(self) -> ScheduleForm | None:
        if self.instance.schedule is None:
            return None
        return ScheduleForm(
            self.data if self.is_bound else None,
            zone=Tenant.objects.get(pk=self.instance.tenant_id).zone,
            stored=self.instance.schedule,
            kinds=self.kinds,
            prefix=None,
        )

    def _take_over(self, written: ScheduleForm) -> None:
        for name, field in written.fields.items():
            self.fields[name] = _in_the_admins_look(field)
        self.initial = {**written.initial, **self.initial}


def _in_the_admins_look(field: forms.Field) -> forms.Field:
    if isinstance(field, forms.MultipleChoiceField):
        field.widget = UnfoldAdminCheckboxSelectMultipleWidget(choices=field.choices)
    elif isinstance(field, forms.ChoiceField):
        field.widget = UnfoldAdminSelectWidget(choices=field.choices)
    else:
        field.widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)
    return field
