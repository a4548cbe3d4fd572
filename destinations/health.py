"""What the overview shows of credentials, deliveries and quota, for people who may see the tenant's health."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from destinations.delivery.advice import told
from destinations.delivery.models import Delivery
from destinations.delivery.quota import Quota
from destinations.models import Credential, Destination
from destinations.sending import connector_settings

if TYPE_CHECKING:
    from accounts.access import Access
    from destinations.delivery.quota import Today
    from destinations.delivery.specs import AccountRef

LATEST = 8


@dataclass(frozen=True, slots=True)
class AccountUsage:
    """An account's calls today, and which destinations make them. `today` is None when Redis can't be reached."""

    account: AccountRef
    destinations: tuple[str, ...]
    today: Today | None

    @property
    def portal(self) -> str:
        return self.account.account


@dataclass(frozen=True, slots=True)
class Held:
    """A delivery that waits for a person: why, and what to do."""

    delivery: Delivery
    told: str


def credentials() -> list[Credential]:
    """Credentials, those that need attention first."""
    found = Credential.objects.all()
    return sorted(found, key=lambda each: (each.is_connected, each.name.casefold()))


def latest_deliveries(access: Access) -> list[Delivery]:
    return list(Delivery.objects.visible_to(access).select_related("target")[:LATEST])


def held_deliveries(access: Access) -> list[Held]:
    waiting = Delivery.objects.visible_to(access).filter(status=Delivery.Status.HELD).select_related("target")
    return [Held(each, told(each, discreet=each.is_withheld_from(access))) for each in waiting]


def stuck_deliveries(access: Access) -> list[Delivery]:
    return list(Delivery.objects.visible_to(access).stuck().select_related("target"))


def usage_today(access: Access) -> list[AccountUsage]:
    """One for each account that destinations visible to this person send to."""
    used = (
        Destination.objects.visible_to(access)
        .filter(credential__portal_id__isnull=False)
        .select_related("credential")
    )
    accounts: dict[AccountRef, list[Destination]] = {}
    for destination in used:
        accounts.setdefault(connector_settings(destination).account, []).append(destination)
    return [_usage(account, destinations) for account, destinations in accounts.items()]


def _usage(account: AccountRef, destinations: list[Destination]) -> AccountUsage:
    settings = connector_settings(destinations[0])
    try:
        today = Quota(account, settings.allowance).today()
    except RedisError:
        today = None
    names = tuple(destination.name for destination in destinations)
    return AccountUsage(account, names, today)
