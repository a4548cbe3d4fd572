"""allauth's forms in our words: labels instead of placeholders, and the one rule that people need to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTH_HELP = "At least ten characters. A few unrelated words are easy to remember and hard to guess."


class _InOurWords:
    labels: ClassVar[Mapping[str, str]] = {}
    help_texts: ClassVar[Mapping[str, str]] = {}
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.help_texts.get(name, "")


class SignInForm(_InOurWords, forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    labels = {"login": "E-mail", "password": "Password", "remember": "Stay signed in on this device"}


class ResetPasswordForm(_InOurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    labels = {"email": "E-mail"}


class NewPasswordForm(_InOurWords, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = {"password1": "New password", "password2": "Repeat the new password"}
    help_texts = {"password1": LENGTH_HELP}


class SetPasswordForm(_InOurWords, forms.SetPasswordForm):  # type: ignore[misc]
    labels = {"password1": "Password", "password2": "Repeat the password"}
    help_texts = {"password1": LENGTH_HELP}


class ChangePasswordForm(_InOurWords, forms.ChangePasswordForm):  # type: ignore[misc]
    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "Repeat the new password",
    }
    help_texts = {"password1": LENGTH_HELP}


class ChangeEmailForm(_InOurWords, forms.AddEmailForm):  # type: ignore[misc]
    labels = {"email": "New e-mail"}


class ReauthenticateForm(_InOurWords, forms.ReauthenticateForm):  # type: ignore[misc]
    labels = {"password": "Password"}
