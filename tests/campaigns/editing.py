"""An opened editor, as its page's script works with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from campaigns.models import CampaignEdit

if TYPE_CHECKING:
    from django.test import Client

    from campaigns.editor.content import Content
    from campaigns.models import Campaign


@dataclass
class Page:
    """It follows what the server answers to its own changes, and nothing else."""

    client: Client
    campaign: Campaign
    name: str = "mine"
    revision: int = 0
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = f"/t/acme/campaigns/{self.campaign.pk}/edit/"

    def text(self) -> str:
        answer = self.client.get(self.path)
        assert answer.status_code == 200
        return answer.content.decode()

    def change(self, change: str, **values: Any) -> str:
        told = {"change": change, "page": self.name, "revision": self.revision, **values}
        answer = self.client.post(self.path, told)
        assert answer.status_code == 200
        shown = answer.content.decode()
        if 'id="editor-state"' in shown:
            self.revision = CampaignEdit.objects.get(campaign=self.campaign).revision
        return shown

    def numbers(self) -> str:
        return self.client.get(f"{self.path}count/").content.decode()

    def save(self, **values: str) -> Any:
        return self.client.post(f"{self.path}save/", {"page": self.name, "revision": self.revision, **values})

    @property
    def content(self) -> Content:
        content: Content | None = CampaignEdit.objects.get(campaign=self.campaign).content
        assert content is not None
        return content
