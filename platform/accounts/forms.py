from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.auth import password_validation

from accounts.errors import MembershipError
from accounts.grants import Grant
from accounts.models import User
from accounts.policies import FULL_POLICIES, READ_ONLY_FORMS, Option, Policy
from accounts.sign_in_forms import LENGTH_HELP
from ui.forms import Segmented

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import Rights

POLICY_HELP = {
    Policy.AMP360_USER: "Queries and orchestrations.",
    Policy.AMPIQ_USER: "Segments and campaigns.",
    Policy.DATAGRID_OPERATOR: "Data, credentials, destinations, data templates, and all that business users do.",
    Policy.DATAGRID_ADMINISTRATOR: "Everything, including users and the audit.",
}
OPTION_HELP = {
    Option.RESTRICT_PII_ACCESS: "Personal data is redacted wherever it is shown, and can't be sent.",
    Option.RESTRICT_DOWNLOADS: "No results, recipients or reports as files.",
    Option.RESTRICT_UPLOADS: "No files with data or lists.",
    Option.RESTRICT_DATA_EXPORTS: "Nothing can be sent to a destination.",
    Option.ALLOW_USER_ADMINISTRATION: "Can see, invite and manage users, within these rights.",
}
READ_ONLY_OF = {full: read_only for read_only, full in READ_ONLY_FORMS.items()}


class RightsForm(forms.Form):
    """For each policy: no, read-only or full; and the options. `grant` is the answer."""

    options = forms.MultipleChoiceField(
        choices=[(option.value, f"{option.label}: {OPTION_HELP[option]}") for option in Option],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Policy options",
    )

    def __init__(self, *args: Any, rights: Rights | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = set(rights.policies) if rights else set()
        for policy in FULL_POLICIES:
            self.fields[policy.value] = _policy_field(policy, held)
        self.fields["options"].initial = rights.options if rights else []
        self.order_fields(["email", *(policy.value for policy in FULL_POLICIES), "options"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = [cleaned[policy.value] for policy in FULL_POLICIES if cleaned.get(policy.value)]
        try:
            self.grant = Grant.of(chosen, cleaned.get("options", []))
        except MembershipError as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned


class MemberForm(RightsForm):
    """A member's rights, and in `seen` those they had when the form was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, rights=rights, **kwargs)
        self.initial["seen"] = Grant.held_by(rights).words

    def see_anew(self, rights: Rights) -> None:
        """Saving again then replaces the current rights: the person has been told."""
        answered = cast("QueryDict", self.data).copy()
        answered["seen"] = Grant.held_by(rights).words
        self.data = answered


class InvitationForm(RightsForm):
    email = forms.EmailField(
        label="E-mail", help_text="The invitation goes to this address and works only for it."
    )


class AcceptForm(forms.Form):
    """A new person's name and password."""

    name = forms.CharField(max_length=150, label="Your name", widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label="Choose a password",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=LENGTH_HELP,
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        password_validation.validate_password(self.cleaned_data["password"], person)
        return str(self.cleaned_data["password"])


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = User
        fields = ["name"]
        labels = {"name": "Your name"}


def _policy_field(policy: Policy, held: set[str]) -> forms.ChoiceField:
    read_only = READ_ONLY_OF.get(policy)
    choices = [("", "No"), *([(read_only.value, "Read-only")] if read_only else []), (policy.value, "Full")]
    now = next((value for value, _label in choices if value in held), "")
    return forms.ChoiceField(
        choices=choices,
        required=False,
        initial=now,
        label=policy.label,
        help_text=POLICY_HELP[policy],
        widget=Segmented,
    )
