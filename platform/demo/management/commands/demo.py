from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from demo.processes import Addresses, children
from demo.scene import Scene
from runtime import embedded
from runtime.errors import LaunchError
from runtime.home import Home
from runtime.supervisor import Supervisor

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = (
        "Run Muster with two demo tenants and a sandbox for HubSpot, send a first campaign, and say what arrived."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="compare what arrived with what was meant, then stop everything"
        )
        parser.add_argument("--web-port", type=int, default=os.environ.get("WEB_PORT") or 8000)
        parser.add_argument("--sandbox-port", type=int, default=os.environ.get("SANDBOX_PORT") or 8092)

    def handle(self, *args: Any, once: bool, web_port: int, sandbox_port: int, **options: Any) -> None:
        addresses = Addresses(web_port, sandbox_port)
        _run_with(addresses)
        if settings.PRODUCTION:
            raise CommandError("The demo makes people with known passwords: it does not run in production.")
        with suppress(KeyboardInterrupt):
            try:
                self._run(Scene(addresses, self._say), once=once)
            except LaunchError as error:
                raise CommandError(str(error)) from error

    def _run(self, scene: Scene, *, once: bool) -> None:
        self._say("Preparing the database")
        call_command("migrate", verbosity=0)
        home = Home.of(settings.ROOT, os.environ)
        cast = children(scene.addresses, home=home.path, contacts=scene.retail_files.contacts)
        stop_servers = partial(embedded.stop, settings.ROOT)
        with Supervisor(cast, home=home, out=sys.stdout, at_end=stop_servers) as supervisor:
            supervisor.wait_until_ready()
            scene.load()
            scene.send()
            scene.tell()
            if once:
                self._compare(scene)
            else:
                self._say("Ctrl-C stops everything; another `make demo` goes on where this one ended.")
                supervisor.wait()

    def _compare(self, scene: Scene) -> None:
        found = scene.differences()
        if found:
            raise CommandError("demo: not as it was meant\n" + "\n".join(f"  {line}" for line in found))
        self.stdout.write(self.style.SUCCESS("demo: ok, the list holds exactly who was meant"))

    def _say(self, text: str) -> None:
        for line in text.splitlines():
            self.stdout.write(f"demo    | {line}")
        self.stdout.flush()


def _run_with(addresses: Addresses) -> None:
    """This process, too, uses the sandbox as HubSpot: settings are read once, so it restarts if necessary."""
    if any(os.environ.get(name) != value for name, value in addresses.environment.items()):
        os.environ.update(addresses.environment)
        os.execv(sys.executable, [sys.executable, str(Path(sys.argv[0]).resolve()), *sys.argv[1:]])  # noqa: S606  no shell
