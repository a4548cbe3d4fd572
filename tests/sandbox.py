"""The HubSpot sandbox for tests: a separate process, real HTTP, and a new account for every test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_django.fixtures import Settings

ROOT = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class Account:
    """A HubSpot account in the sandbox, with its credentials."""

    portal: int
    token: str
    service_key: str
    client_id: str
    client_secret: str


@dataclass
class Sandbox:
    """A running sandbox, and what people and faults do to it behind the back of HubSpot's API."""

    process: subprocess.Popen[str]
    url: str
    session: requests.Session = field(default_factory=requests.Session)
    account: Account = field(init=False)

    def __post_init__(self) -> None:
        self.account = _account(self.control("GET", "accounts")["accounts"][0])

    @property
    def token(self) -> str:
        return self.account.token

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Calls `/_sandbox/…`; an error there is an error of the test."""
        answer = self.session.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> requests.Response:
        """Calls HubSpot's API."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return self.session.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=60)

    def reset(self, **account: Any) -> None:
        """Resets it. Account options: `tier`, `contacts` (made up), `contactsFrom` (a file), `timeZone`."""
        self.account = _account(self.control("POST", "reset", account))

    def add_account(self, **account: Any) -> Account:
        return _account(self.control("POST", "accounts", account))

    def add_contacts(self, *emails: str, **properties: str) -> list[str]:
        """Adds contacts with these addresses; returns their ids in order."""
        people = [{"email": email, "properties": properties} for email in emails]
        ids: list[str] = self.control("POST", "contacts", {"contacts": people})["ids"]
        return ids

    def add_secondary(self, contact: str, *emails: str) -> None:
        self.control("PATCH", "contacts", {"contact": contact, "additionalEmails": emails})

    def archive(self, *contacts: str) -> None:
        self.control("DELETE", "contacts", {"contacts": contacts})

    def merge(self, survivor: str, other: str) -> None:
        self.control("POST", "contacts/merge", {"survivor": survivor, "other": other})

    def change_members(self, name: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Changes the members of a list as a person would by hand."""
        self.control("POST", "members", {"list": name, "add": list(add), "remove": list(remove)})

    def fault(self, kind: str, **rule: Any) -> None:
        """See `destinations.hubspot.sandbox.faults.Fault` for the fields of a rule."""
        self.control("POST", "faults", {"kind": kind, **rule})

    def switch(self, **switches: Any) -> None:
        """See `destinations.hubspot.sandbox.switches.Switches`."""
        self.control("POST", "switches", switches)

    def advance(self, seconds: float) -> None:
        """Moves the sandbox's clock: windows of calls empty, tokens expire."""
        self.control("POST", "clock", {"seconds": seconds})

    def install(self, *scopes: str) -> str:
        """Installs the OAuth app in the account; returns a refresh token."""
        token: str = self.control("POST", "installs", {"scopes": scopes} if scopes else {})["refreshToken"]
        return token

    def state(self, portal: int | None = None) -> dict[str, Any]:
        """Contacts by e-mail, lists by name with members as e-mails, custom properties; `ids` apart."""
        state: dict[str, Any] = self.control("GET", f"state?portal={portal or self.account.portal}")
        return state

    def members(self, name: str) -> list[str]:
        """E-mails of the members of a list."""
        members: list[str] = self.state()["lists"][name]["members"]
        return members

    def calls(self) -> list[dict[str, Any]]:
        """Every call since the last reset, oldest first: method, route, status, portal, fault, …"""
        calls: list[dict[str, Any]] = self.control("GET", "calls")["calls"]
        return calls

    def forget_calls(self) -> None:
        self.control("DELETE", "calls")

    def kill(self) -> None:
        """SIGKILL: nothing is shut down properly."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def _account(shown: dict[str, Any]) -> Account:
    return Account(shown["portal"], shown["token"], shown["serviceKey"], shown["clientId"], shown["clientSecret"])


def start_sandbox(*options: str) -> Sandbox:
    """Starts a sandbox on a free port; the caller kills it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "destinations.hubspot.sandbox", "--port", "0", *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return Sandbox(process, process.stdout.readline().split()[-1])


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    running = start_sandbox()
    yield running
    running.session.close()
    running.kill()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Settings) -> Sandbox:
    """The sandbox as new, without rate limits that wait for real time, and with Muster's settings pointing at it.

    `sandbox.switch(limits=True)` turns the rate limits on again.
    """
    sandbox_process.reset()
    sandbox_process.switch(limits=False)
    settings.HUBSPOT_API_URL = settings.HUBSPOT_APP_URL = sandbox_process.url
    settings.HUBSPOT_CLIENT_ID = sandbox_process.account.client_id
    settings.HUBSPOT_CLIENT_SECRET = sandbox_process.account.client_secret
    return sandbox_process
