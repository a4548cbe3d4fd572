"""The fields with which a person enters a schedule, for use inside any form's page."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from django import forms
from pydantic import ValidationError

from destinations.schedules.recurrence import LAST, MOST_REPEATS, CatchUp, Kind, Schedule
from destinations.schedules.words import DAYS
from runtime import clock
from ui.forms import Segmented

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from zoneinfo import ZoneInfo

KINDS = {
    Kind.ONCE: "Once",
    Kind.DAILY: "Daily",
    Kind.WEEKLY: "Weekly",
    Kind.MONTHLY: "Monthly",
    Kind.QUARTERLY: "Quarterly",
    Kind.CRON: "Cron",
}
MONDAY = "1"
WEEKDAYS = [(str(number), name[:3]) for number, name in enumerate(DAYS, 1)]
MONTH_DAYS = [*((str(number), str(number)) for number in range(1, 32)), (LAST, "last day")]
NEVER, ON, AFTER = "never", "on", "after"
ENDS = [(NEVER, "Never"), (ON, "On a date"), (AFTER, "After a number of runs")]
CATCH_UPS = {
    CatchUp.LATEST: "Run once when work goes on, for the latest time that was missed",
    CatchUp.SKIP: "Leave it out and wait for the next time",
}
PREFIX = "schedule"


class ScheduleForm(forms.Form):
    """Gives a Schedule in the tenant's time zone. Use `components/schedule.html`; call `schedule()` when valid.

    `stored` is the schedule being edited; while its rule is unchanged, so is its start.
    """

    kind = forms.ChoiceField(label="Repeats", widget=Segmented, initial=Kind.DAILY)
    starts_on = forms.DateField(
        label="From", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), help_text="The first day."
    )
    at = forms.TimeField(
        label="At", required=False, initial=time(9), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    weekdays = forms.MultipleChoiceField(
        label="On", choices=WEEKDAYS, required=False, initial=[MONDAY], widget=forms.CheckboxSelectMultiple
    )
    month_day = forms.ChoiceField(
        label="On day",
        choices=MONTH_DAYS,
        required=False,
        initial="1",
        help_text="In a shorter month: its last day.",
    )
    cron = forms.CharField(
        label="Cron expression",
        max_length=200,
        required=False,
        widget=forms.TextInput({"class": "mono", "placeholder": "30 8 * * 1-5", "spellcheck": "false"}),
        help_text="Minute, hour, day of the month, month, day of the week.",
    )
    ends = forms.ChoiceField(label="Ends", choices=ENDS, widget=Segmented, initial=NEVER)
    ends_on = forms.DateField(
        label="Last day", required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_after = forms.IntegerField(label="Number of runs", required=False, min_value=1, max_value=MOST_REPEATS)
    catch_up = forms.ChoiceField(
        label="If Muster is down at the time", choices=list(CATCH_UPS.items()), initial=CatchUp.LATEST
    )

    def __init__(
        self,
        data: Any = None,
        *,
        zone: ZoneInfo,
        stored: Schedule | None = None,
        kinds: Collection[Kind] = tuple(Kind),
        prefix: str | None = PREFIX,
    ) -> None:
        initial = _answers(stored) if stored else {"starts_on": clock.today(zone)}
        super().__init__(data, prefix=prefix, initial=initial)
        self.zone = zone
        self._stored = stored
        self._chosen: Schedule | None = None
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101  for the type checker
        choice.choices = [(kind, label) for kind, label in KINDS.items() if kind in kinds]

    def schedule(self) -> Schedule:
        """The schedule entered; call it on a valid form."""
        assert self._chosen is not None  # noqa: S101  set by `clean`
        return self._chosen

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        self._require_ends(answers)
        if not self.errors:
            self._keep(answers)
        return answers

    def _require_ends(self, answers: dict[str, Any]) -> None:
        if answers.get("kind") == Kind.ONCE:
            return
        for choice, name in ((ON, "ends_on"), (AFTER, "ends_after")):
            if answers.get("ends") == choice and not answers.get(name) and name not in self.errors:
                self.add_error(name, "Say when it ends.")

    def _keep(self, answers: dict[str, Any]) -> None:
        try:
            written = _schedule(answers, self.zone)
        except ValidationError as error:
            for problem in error.errors():
                message = str(problem["msg"]).removeprefix("Value error, ")
                self.add_error(_place_of(problem["loc"], message, Kind(answers["kind"])), message)
            return
        self._chosen = self._begun(written)
        if self._chosen.next_after(clock.now()) is None and self._chosen != self._stored:
            self.add_error("starts_on" if written.kind is Kind.ONCE else None, "This has no time in the future.")

    def _begun(self, written: Schedule) -> Schedule:
        """A new rule begins now; an unchanged one keeps its start, and with it its count of times."""
        if self._stored and written == self._stored.model_copy(update={"not_before": None}):
            return self._stored
        return written.model_copy(update={"not_before": clock.now()})


def _place_of(location: Sequence[int | str], message: str, kind: Kind) -> str | None:
    """The form field of a problem: its own, or the one that this kind of schedule needs."""
    if location:
        return str(location[0])
    if "ends before" in message:
        return "ends_on"
    return {Kind.CRON: "cron", Kind.WEEKLY: "weekdays"}.get(kind)


def _schedule(answers: dict[str, Any], zone: ZoneInfo) -> Schedule:
    kind, repeats = Kind(answers["kind"]), answers["kind"] != Kind.ONCE
    month_day = answers["month_day"] or "1"
    return Schedule(
        kind=kind,
        zone=zone.key,
        starts_on=answers["starts_on"],
        at=answers["at"] or time(),
        weekdays=frozenset(int(day) for day in answers["weekdays"]) if kind is Kind.WEEKLY else frozenset(),
        month_day=LAST if month_day == LAST else int(month_day),
        cron=answers["cron"].strip() if kind is Kind.CRON else "",
        ends_on=answers["ends_on"] if repeats and answers["ends"] == ON else None,
        ends_after=answers["ends_after"] if repeats and answers["ends"] == AFTER else None,
        catch_up=CatchUp(answers["catch_up"]),
    )


def _answers(stored: Schedule) -> dict[str, Any]:
    ends = ON if stored.ends_on else AFTER if stored.ends_after else NEVER
    return {
        **stored.model_dump(include={"kind", "starts_on", "at", "cron", "ends_on", "ends_after", "catch_up"}),
        "weekdays": [str(day) for day in stored.weekdays] or [MONDAY],
        "month_day": str(stored.month_day),
        "ends": ends,
    }
