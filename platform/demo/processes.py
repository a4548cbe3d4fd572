"""The processes of the demo and what they need to know about each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from runtime import programs
from runtime.ports import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from runtime.children import Child

TOKEN = "pat-demo-11111111-2222-4333-8444-555555555555"  # noqa: S105  of the sandbox's pretended private app
CLIENT_ID = "muster-demo"
CLIENT_SECRET = "muster-demo-secret"  # noqa: S105  same


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo listens."""

    web_port: int
    sandbox_port: int

    @property
    def web(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    @property
    def sandbox(self) -> str:
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What every process of the demo needs in its environment to use the sandbox as HubSpot."""
        return {
            "HUBSPOT_API_URL": self.sandbox,
            "HUBSPOT_APP_URL": self.sandbox,
            "HUBSPOT_CLIENT_ID": CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
            "MUSTER_PUBLIC_URL": self.web,
            "WEB_PORT": str(self.web_port),
            "SANDBOX_PORT": str(self.sandbox_port),
        }


def children(addresses: Addresses, *, home: Path, contacts: Path) -> list[Child]:
    """Web, worker, beat and sandbox. The sandbox keeps its account in a file, so it survives a restart."""
    root, environ = settings.ROOT, addresses.environment
    account = {
        "--data": home / "sandbox.db",
        "--contacts-from": contacts,
        "--token": TOKEN,
        "--client-id": CLIENT_ID,
        "--client-secret": CLIENT_SECRET,
    }
    return [
        programs.sandbox(root, environ, *(str(part) for option in account.items() for part in option)),
        programs.web(root, environ),
        programs.worker(root, environ),
        programs.beat(root, home),
    ]
