"""What the operators' forms have in common: a taken name, a late save and a refusing account are reported on the
form, before anything is saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar, cast, runtime_checkable

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from unfold.widgets import UnfoldBooleanWidget

from audit.models import AuditEvent
from destinations.errors import AccountUnreachableError, MappingError, SetupError
from destinations.models import SetupModel
from tenants.scope import require_tenant_id
from ui import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import QueryDict

    from accounts.models import User


@runtime_checkable
class SaysItsValue(Protocol):
    """A field whose value is more than plain text."""

    def in_words(self, value: Any) -> str: ...


Setup = TypeVar("Setup", bound=SetupModel)


class SetupForm(forms.ModelForm, Generic[Setup]):  # type: ignore[type-arg]  # not subscriptable at run time
    """Validated in `clean`, saved by `store`; `check` asks the services, and the account behind them."""

    # Fields that identify a row, as in its unique constraint.
    identified_by: ClassVar[tuple[str, ...]] = ("name",)

    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("seen_revision", self.instance.revision)

    def freeze(self, *names: str) -> None:
        """Makes these fields read-only once the row exists; for people who may only view they are not there."""
        for name in self.fields.keys() & names:
            self.fields[name].disabled = self.stored is not None

    @property
    def stored(self) -> Setup | None:
        """The row that is being changed; None while one is being added."""
        return self.instance if self.instance.pk else None

    def check(self) -> None:
        """Raises a SetupError when the input can't be saved."""
        raise NotImplementedError

    def store(self, actor: User) -> Setup:
        """Saves the input, once it is valid."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._refuse_a_late_save()
        self._refuse_a_taken_name()
        if not self.errors:
            self._ask()
        return cleaned

    def _ask(self) -> None:
        try:
            self.check()
        except MappingError as error:
            self.add_error("columns", error.problems)
        except SetupError as error:
            self.add_error(None, error.message)

    def _refuse_a_taken_name(self) -> None:
        if not all(name in self.cleaned_data for name in self.identified_by):
            return
        values = {name: self.cleaned_data[name] for name in self.identified_by}
        candidate = type(self.instance)(pk=self.instance.pk, tenant_id=require_tenant_id(), **values)
        candidate._state.adding = self.stored is None  # noqa: SLF001  Django's documented model API
        try:
            candidate.validate_constraints()
        except ValidationError as error:
            self.add_error("name", error.messages)

    def _refuse_a_late_save(self) -> None:
        """Saving again then replaces what is stored, which the person has now seen."""
        seen = self.cleaned_data.get("seen_revision")
        if self.stored is None or seen is None or seen == self.instance.revision:
            return
        answered = cast("QueryDict", self.data).copy()
        answered[self.add_prefix("seen_revision")] = str(self.instance.revision)
        self.data = answered
        self.add_error(None, [self._who_was_first(), *self._what_is_stored()])

    def _who_was_first(self) -> str:
        event = AuditEvent.objects.about(self.instance).first()
        who = event.actor_name if event and event.actor_name else "Someone"
        when = formats.moment(self.instance.updated_at)
        return f"{who} saved this at {when} while you were editing. Save again to replace it with yours."

    def _what_is_stored(self) -> Iterator[str]:
        for name in self.changed_data:
            if name not in {"seen_revision", "token"}:
                field = self.fields[name]
                stored = in_words(field, self.get_initial_for_field(field, name))
                yield f"{field.label or name} is now {stored}."


def in_words(field: forms.Field, value: Any) -> str:
    """A field's value as people read it on the form."""
    if isinstance(field, SaysItsValue):
        return field.in_words(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): label for key, label in cast("Iterable[tuple[Any, Any]]", field.choices)}
        value = labels.get(str(value), value)
    return "empty" if value in EMPTY_VALUES else f"“{value}”"


class TestedForm(SetupForm[Setup]):
    """A form whose account may be unreachable for the moment; it can then be saved as not tested."""

    __test__ = False  # not a test, whatever pytest thinks of the name

    save_untested = forms.BooleanField(required=False, label="Save as not tested", widget=forms.HiddenInput)

    def _ask(self) -> None:
        try:
            self.check()
        except AccountUnreachableError as error:
            if not self.cleaned_data.get("save_untested"):
                self._offer_to_save_untested(error)
        except SetupError as error:
            self.add_error(None, error.message)

    def _offer_to_save_untested(self, error: AccountUnreachableError) -> None:
        self.fields["save_untested"].widget = UnfoldBooleanWidget()
        self.fields["save_untested"].help_text = "If something is wrong, the first send says so."
        self.add_error(None, f"{error.message} Try again, or tick “Save as not tested”.")
