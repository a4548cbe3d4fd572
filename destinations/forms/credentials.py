from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget

from destinations.forms.setup import TestedForm
from destinations.models import Credential
from destinations.plugins import AccountDetails, CredentialKind
from destinations.services.credentials import CredentialDraft, save_credential, verify_draft

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_TOKEN = 512


class CredentialForm(TestedForm[Credential]):
    """Plugin and type never change: another way to sign in is another credential."""

    token = forms.CharField(
        required=False,
        max_length=LONGEST_TOKEN,
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password", "spellcheck": "false"}),
        help_text="Stored encrypted and never shown again. Leave empty to keep the stored one.",
    )
    account: AccountDetails | None = None

    class Meta:
        model = Credential
        fields = ("name", "description", "plugin_key", "kind")
        help_texts = {
            "name": "A name you will recognise. Visible to operators only.",
            "plugin_key": "What it signs in to.",
            "kind": (
                "OAuth: save, then give an authorisation link to someone who can sign in there. Private app token"
                " and service key: paste it below."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.freeze("plugin_key", "kind")

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        needed = self.cleaned_data.get("kind") != CredentialKind.OAUTH
        if needed and not token and not self.instance.secret:
            raise forms.ValidationError("Paste the token.")
        return token if needed else ""

    @property
    def draft(self) -> CredentialDraft:
        entered = self.cleaned_data
        return CredentialDraft(
            name=entered["name"],
            description=entered["description"],
            plugin_key=entered["plugin_key"],
            kind=CredentialKind(entered["kind"]),
            token=entered["token"],
        )

    def check(self) -> None:
        self.account = verify_draft(draft=self.draft, credential=self.stored)

    def store(self, actor: User) -> Credential:
        return save_credential(
            draft=self.draft,
            account=self.account,
            credential=self.stored,
            revision=self.cleaned_data["seen_revision"],
            actor=actor,
        )
