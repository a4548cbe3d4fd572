"""HubSpot as the delivery engine sees it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

from destinations.delivery.connector import Capabilities, MembersPage
from destinations.delivery.errors import AuthorisationError, ConfigurationError
from destinations.delivery.specs import FieldKind
from destinations.hubspot import landing
from destinations.hubspot.client import LARGEST_BATCH, LARGEST_MEMBERS_PAGE, HubSpotClient
from destinations.hubspot.rows import RowSender
from destinations.models import Credential
from destinations.services.credentials import note_refusal
from destinations.services.tokens import access_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from destinations.delivery.connector import (
        Calls,
        PreparedTarget,
        RateObserver,
        Scoreboard,
        SendOptions,
    )
    from destinations.delivery.specs import ConnectorSettings, MappingSpec, TargetSpec

MEMBERSHIP_BATCH = 1_000
"""HubSpot documents no limit on ids per membership call; this many are known to work."""


class HubSpotConnector:
    """One HubSpot account: contacts by e-mail address, static lists, and contact properties."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        label="HubSpot",
        identity="email",
        field_kinds=frozenset(FieldKind),
        lands_in_list=True,
        lands_in_status=True,
        can_create=True,
        read_batch=LARGEST_BATCH,
        write_batch=LARGEST_BATCH,
        membership_batch=MEMBERSHIP_BATCH,
        members_page=LARGEST_MEMBERS_PAGE,
    )

    def __init__(self, client: HubSpotClient) -> None:
        self._client = client

    @classmethod
    @contextmanager
    def open(cls, settings: ConnectorSettings, *, observe: RateObserver) -> Iterator[Self]:
        try:
            credential = Credential.objects.get(pk=settings.credential)
        except Credential.DoesNotExist as error:
            raise ConfigurationError("The destination's credential was deleted.") from error
        with HubSpotClient(access_token(credential), observe=observe) as client:
            try:
                yield cls(client)
            except AuthorisationError as error:
                note_refusal(credential, error)
                raise

    @staticmethod
    def claims(target: TargetSpec) -> tuple[str, ...]:
        return landing.claims(target)

    def probe(self, calls: Calls) -> None:
        calls.one(self._client.account_details, purpose="probe")

    def check(self, mapping: MappingSpec, calls: Calls) -> None:
        if not mapping.fields:
            return
        properties = calls.one(self._client.properties, purpose=landing.PURPOSE)
        writable = {found.name for found in properties if found.is_writable}
        missing = [field.field for field in mapping.fields if field.field not in writable]
        if missing:
            raise ConfigurationError(
                f"HubSpot has no contact property that can be written named {', '.join(missing)}. "
                "Create it there, or change the mapping."
            )

    def prepare(
        self, target: TargetSpec, known: PreparedTarget | None, calls: Calls, *, dry: bool
    ) -> PreparedTarget:
        return landing.Landing(self._client, calls, dry=dry).prepare(target, known)

    def members(self, prepared: PreparedTarget, after: str | None, calls: Calls) -> MembersPage:
        if prepared.list_id is None:
            return MembersPage((), None)
        read = partial(self._client.members, prepared.list_id, after=after)
        page = calls.one(read, purpose="members")
        return MembersPage(page.ids, page.after)

    def send(self, board: Scoreboard, options: SendOptions, calls: Calls) -> None:
        RowSender(self._client, board, options, calls, membership_batch=MEMBERSHIP_BATCH).send()
