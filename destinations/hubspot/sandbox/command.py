"""The command line, shared by `manage.py hubspot_sandbox` and `python -m destinations.hubspot.sandbox`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from destinations.hubspot.sandbox import seeding
from destinations.hubspot.sandbox.application import Application
from destinations.hubspot.sandbox.hub import Hub
from destinations.hubspot.sandbox.server import Server
from destinations.hubspot.sandbox.store.portals import Tier
from destinations.hubspot.sandbox.store.tokens import TokenKind

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

DEFAULT_PORT = 8092


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help=f"0 takes a free one (default {DEFAULT_PORT})"
    )
    parser.add_argument("--tier", choices=[tier.name.lower() for tier in Tier], default="professional")
    parser.add_argument("--contacts", type=int, default=0, metavar="N", help="made-up contacts to start with")
    parser.add_argument(
        "--contacts-from", type=Path, metavar="FILE", help="lines of email[,firstname,lastname,country]"
    )
    parser.add_argument("--latency-ms", type=int, default=None, metavar="N", help="wait before every answer")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same seed makes the same people and tokens"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="keep everything in this file")
    parser.add_argument("--token", default="", help="the private-app token (default: one by the seed)")
    parser.add_argument("--time-zone", default="Europe/London", metavar="ZONE", help="whose midnight ends the day")
    parser.add_argument("--client-id", default=seeding.CLIENT_ID)
    parser.add_argument("--client-secret", default=seeding.CLIENT_SECRET)
    parser.add_argument("--redirect-uri", action="append", default=[], help="default: any on this machine")


def open_hub(options: Namespace) -> Hub:
    """The hub for the options; an account already in the data file is kept."""
    if options.data:
        options.data.parent.mkdir(parents=True, exist_ok=True)
    hub = Hub(options.data, seed=options.seed)
    with hub.database.transaction():
        if not hub.portals.all():
            seed(hub, options)
        seeding.add_app(hub, options.client_id, options.client_secret, " ".join(options.redirect_uri))
        if options.latency_ms is not None:
            hub.switches.change({"latency_ms": options.latency_ms})
    return hub


def seed(hub: Hub, options: Namespace) -> None:
    hub.database.clear()
    account = seeding.Account(
        tier=Tier[options.tier.upper()],
        token=options.token,
        contacts=options.contacts,
        contacts_from=options.contacts_from,
        time_zone=options.time_zone,
    )
    seeding.add_account(hub, account)


def announce(hub: Hub) -> None:
    app = hub.tokens.apps()[0]
    lines = [f"HubSpot sandbox on {hub.base_url}"]
    for portal in hub.portals.all():
        keys = {token.kind: token.value for token in hub.tokens.of_portal(portal.id)}
        people = hub.contacts.count(portal.id)
        lines += [
            f"  account            {portal.id} ({portal.tier.name.lower()}, {people:,} contacts)",
            f"  private-app token  {keys[TokenKind.PRIVATE_APP]}",
            f"  service key        {keys[TokenKind.SERVICE_KEY]}",
        ]
    lines += [f"  OAuth client id    {app.client_id}", f"  OAuth secret       {app.client_secret}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def run(options: Namespace) -> None:
    """Serves until it is interrupted."""
    hub = open_hub(options)
    with Server((options.host, options.port), Application(hub)) as server:
        announce(hub)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("HubSpot sandbox stopped\n")
