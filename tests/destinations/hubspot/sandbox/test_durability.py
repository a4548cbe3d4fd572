"""What the sandbox acknowledged is there after SIGKILL."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import requests

from tests.sandbox import Sandbox, start_sandbox

if TYPE_CHECKING:
    from pathlib import Path

CONTACTS = "/crm/objects/2026-09/contacts"


class Writer(threading.Thread):
    """Creates contacts and puts them on a list until the connection breaks; remembers what was acknowledged."""

    def __init__(self, sandbox: Sandbox, number: int, enough: threading.Event) -> None:
        super().__init__()
        self.sandbox, self.number, self.enough = sandbox, number, enough
        self.session = requests.Session()
        self.created: list[str] = []
        self.listed: list[str] = []

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}
        try:
            while True:
                email = f"w{self.number}.{len(self.created)}@example.com"
                body = {"properties": {"email": email}}
                made = self.session.post(f"{self.sandbox.url}{CONTACTS}", json=body, headers=headers, timeout=30)
                self.created.append(email)
                path = f"{self.sandbox.url}/crm/lists/2026-09/1/memberships/add"
                self.session.put(path, json=[made.json()["id"]], headers=headers, timeout=30).raise_for_status()
                self.listed.append(email)
                if len(self.listed) > 30:
                    self.enough.set()
        except requests.ConnectionError:
            self.session.close()


def test_every_acknowledged_write_survives_sigkill(tmp_path: Path) -> None:
    data = str(tmp_path / "sandbox.db")
    running = start_sandbox("--data", data)
    running.switch(limits=False)
    running.call("POST", "/crm/lists/2026-09", {"name": "VIP", "objectTypeId": "0-1", "processingType": "MANUAL"})
    enough = threading.Event()
    writers = [Writer(running, number, enough) for number in range(3)]
    for writer in writers:
        writer.start()
    assert enough.wait(60)
    stop(running)
    for writer in writers:
        writer.join()

    again = start_sandbox("--data", data)
    state = again.state()
    assert again.token == running.token
    assert again.control("GET", "switches")["limits"] is False
    for writer in writers:
        assert len(writer.listed) > 0
        assert set(writer.created) <= set(state["contacts"])
        assert set(writer.listed) <= set(state["lists"]["VIP"]["members"])
    unacknowledged = set(state["contacts"]) - {email for writer in writers for email in writer.created}
    assert len(unacknowledged) <= len(writers)
    stop(again)


def test_ids_properties_tokens_and_merges_survive_a_restart(tmp_path: Path) -> None:
    data = str(tmp_path / "sandbox.db")
    running = start_sandbox("--data", data, "--contacts", "5", "--token", "pat-na1-mine")
    ids = running.add_contacts("ana@example.com", "bruno@example.com")
    running.merge(*ids)
    refresh = running.install()
    before = running.state()
    stop(running)

    again = start_sandbox("--data", data, "--contacts", "5", "--token", "pat-na1-other")
    assert again.state() == before
    assert again.token == "pat-na1-mine"
    assert again.add_contacts("carla@example.com")[0] > ids[1]
    form = {
        "grant_type": "refresh_token",
        "client_id": again.account.client_id,
        "client_secret": again.account.client_secret,
        "refresh_token": refresh,
    }
    assert again.session.post(f"{again.url}/oauth/2026-09/token", data=form, timeout=60).ok
    stop(again)


def stop(sandbox: Sandbox) -> None:
    sandbox.kill()
    sandbox.session.close()
    assert sandbox.process.stdout is not None
    sandbox.process.stdout.close()
