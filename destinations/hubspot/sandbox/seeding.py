"""The contents of a new sandbox: an account with its tokens, an OAuth app, and made-up people."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from destinations.hubspot.sandbox.store.portals import Portal, Tier
from destinations.hubspot.sandbox.store.tokens import USER, App, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from destinations.hubspot.sandbox.hub import Hub

FIRST_PORTAL = 44_237_313
FIRST_APP = 2_011_410
CLIENT_ID = "5a4d0bb0-5a9d-4c0e-9d0b-6d75737465a1"
CLIENT_SECRET = "b7c1e0de-3f1c-4a55-8c52-6d75737465a2"  # noqa: S105  of a simulated app on this machine
ALL_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.lists.read",
    "crm.lists.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
)
AT_ONCE = 50_000

FIRST_NAMES = (
    "Ana", "Bruno", "Chiara", "David", "Elena", "Farid", "Grace", "Hana", "Ivan", "Julia", "Kofi", "Lena", "Mateo",
    "Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Samuel", "Tara", "Umar", "Vera", "William", "Ximena",
    "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Kowalski",
    "Lopez", "Meyer", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Silva", "Tanaka", "Usman", "Vargas", "Weber",
)  # fmt: skip
COUNTRIES = ("United Kingdom", "Germany", "France", "Spain", "Netherlands", "Ireland", "Portugal", "Norway")
DOMAINS = ("example.com", "example.org", "example.net")

Person = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Account:
    """An account to create: its tier, its private-app token (empty: derived from the seed) and its people."""

    name: str = "Sandbox account"
    tier: Tier = Tier.PROFESSIONAL
    token: str = ""
    contacts: int = 0
    contacts_from: Path | None = None
    time_zone: str = "Europe/London"


def made_up_people(count: int, seed: int) -> Iterator[Person]:
    """The same people for the same seed, each with a unique address in a reserved domain."""
    chance = random.Random(seed)  # noqa: S311  repeatable chance is the point
    for number in range(1, count + 1):
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        email = f"{first}.{last}.{number}@{DOMAINS[number % len(DOMAINS)]}".lower()
        yield email, {"firstname": first, "lastname": last, "country": chance.choice(COUNTRIES)}


def people_of(path: Path) -> Iterator[Person]:
    """Reads lines of `email[,firstname,lastname,country]`; repeated addresses are skipped."""
    seen: set[str] = set()
    with path.open(newline="", encoding="utf-8") as lines:
        for row in csv.reader(lines):
            email = row[0].strip().lower() if row else ""
            if "@" in email and email not in seen:
                seen.add(email)
                named = zip(("firstname", "lastname", "country"), row[1:], strict=False)
                yield email, {name: value for name, value in named if value}


def fill(hub: Hub, portal: int, people: Iterator[Person]) -> None:
    while chunk := list(islice(people, AT_ONCE)):
        hub.contacts.insert_many(portal, chunk, hub.clock.now_ms())


def add_account(hub: Hub, account: Account) -> Portal:
    """A new account whose private app and service key have every permission."""
    number = len(hub.portals.all())
    portal = Portal(FIRST_PORTAL + number, account.name, account.tier, account.time_zone)
    hub.portals.save(portal)
    tokens = (account.token or token_value(hub.seed, 2 * number), token_value(hub.seed, 2 * number + 1))
    for index, kind in enumerate((TokenKind.PRIVATE_APP, TokenKind.SERVICE_KEY)):
        app = FIRST_APP + 2 * number + index
        hub.tokens.save(Token(tokens[index], kind, portal.id, app, USER, " ".join(ALL_SCOPES)))
    fill(hub, portal.id, made_up_people(account.contacts, hub.seed + number))
    if account.contacts_from:
        fill(hub, portal.id, people_of(account.contacts_from))
    return portal


def add_app(hub: Hub, client_id: str, client_secret: str, redirect_uris: str) -> None:
    hub.tokens.save_app(App(FIRST_APP + 900, "Muster", client_id, client_secret, redirect_uris))


def token_value(seed: int, number: int) -> str:
    """A private-app token in HubSpot's form; the same for the same seed."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311  deliberately public
    return f"pat-na1-{UUID(int=chance.getrandbits(128), version=4)}"
