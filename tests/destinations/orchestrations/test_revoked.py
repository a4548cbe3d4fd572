"""A credential revoked at HubSpot after everything was saved: the send ends in plain words, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from destinations.delivery.advice import told
from destinations.delivery.models import Delivery
from destinations.models import Credential
from destinations.orchestrations.errors import RunRefusedError
from destinations.plugins import CredentialKind
from destinations.services.credentials import CredentialDraft, save_credential, verify_draft
from notifications.models import Notification
from tests.campaigns.office import email_of
from tests.destinations.orchestrations.studio import CUSTOMERS, Studio

if TYPE_CHECKING:
    from tests.sandbox import Sandbox


def reconnect(studio: Studio, sandbox: Sandbox) -> Credential:
    """As an operator does: the new token goes into the same credential."""
    credential = Credential.objects.get()
    token = sandbox.control("POST", "tokens", {})["token"]
    draft = CredentialDraft(credential.name, CredentialKind(credential.kind), token=token)
    account = verify_draft(draft=draft, credential=credential)
    return save_credential(draft=draft, account=account, credential=credential, actor=studio.person)


@pytest.mark.long
@pytest.mark.parametrize("refused_call", ["/crm/*", "*/memberships/*"])
def test_the_send_ends_in_words_and_the_next_one_brings_everybody(
    busy_studio: Studio, sandbox: Sandbox, refused_call: str
) -> None:
    sandbox.add_contacts(*map(email_of, CUSTOMERS))
    orchestration = busy_studio.orchestration()
    sandbox.fault("unauthorised", path=refused_call, count=0)

    busy_studio.run(orchestration)

    failed = Delivery.objects.get()
    assert (failed.status, failed.error_code) == (Delivery.Status.FAILED, "authorisation")
    assert "Ask an operator to authorise the credential again, then send again." in told(failed)
    assert failed.tally.agree
    assert Credential.objects.get().status == Credential.Status.REAUTHORISE
    assert Notification.objects.filter(title__endswith="must be authorised again").exists()
    with pytest.raises(RunRefusedError, match="has to authorise it"):
        busy_studio.run(orchestration)

    sandbox.control("DELETE", "faults")
    assert reconnect(busy_studio, sandbox).is_connected
    busy_studio.run(orchestration)

    sent = Delivery.objects.exclude(pk=failed.pk).get()
    assert sent.status == Delivery.Status.COMPLETED
    assert sorted(sandbox.members("Muster High scores")) == sorted(email_of(number) for number in range(51, 101))
