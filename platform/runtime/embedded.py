"""This installation's own PostgreSQL and Valkey, for when the environment names no others."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from runtime.errors import LaunchError
from runtime.home import Home, Placement
from runtime.names import APP, DATABASE, OWNER
from runtime.ports import HOST, choose, is_free
from runtime.postgresql import PostgreSQL
from runtime.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping


class Server(Protocol):
    """An embedded server; it is told its port at each call, because that may change between starts."""

    @property
    def name(self) -> str: ...

    def answers(self, port: int) -> bool: ...

    def start(self, port: int) -> None: ...

    def stop(self, port: int) -> None: ...


def provide(environ: MutableMapping[str, str], root: Path) -> None:
    """Make sure that there are servers and that `environ` names them.

    With DATABASE_URL set, nothing happens. Otherwise the embedded servers under `root`/.muster (or MUSTER_HOME)
    are reused or started, and DATABASE_URL (application role), MIGRATION_DATABASE_URL (owner) and REDIS_URL are
    set. They go on running after this process. Such an installation is somebody's own: it counts as development,
    and has generated keys and a folder for data, unless `environ` says otherwise. Raises `LaunchError`, which
    says what to do, when they can't run.
    """
    if environ.get("DATABASE_URL"):
        return
    home = Home.of(root, environ)
    ports = status(root, environ)
    running = {name: port for name, port in ports.items() if port}
    environ.update(_addresses(home, running if len(running) == len(ports) else _start(home)))
    defaults = {"MUSTER_ENVIRONMENT": "development", "MUSTER_DATA_DIR": str(home.data), **home.keys}
    environ.update(defaults | dict(environ))


def stop(root: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Stop the embedded servers of `root`; their data stays."""
    home = Home.of(root, environ)
    if home.placement is None:
        return
    with home.locked():
        for server in _servers(home, home.placement):
            server.stop(home.placement.ports.get(server.name, 0))


def status(root: Path, environ: Mapping[str, str] = os.environ) -> dict[str, int | None]:
    """The port of each embedded server of `root`, None for one that does not run."""
    home = Home.of(root, environ)
    placement = home.placement
    if placement is None:
        return dict.fromkeys((PostgreSQL.name, Valkey.name))
    known = {server: placement.ports.get(server.name) for server in _servers(home, placement)}
    return {server.name: port if port and server.answers(port) else None for server, port in known.items()}


def _start(home: Home) -> dict[str, int]:
    """Start whatever is not running, on last time's ports where those are free."""
    from runtime.roles import ensure_roles  # psycopg takes longer to import than all of the rest

    home.make()
    with home.locked():
        placement = Placement(str(home.servers_folder()), home.placement.ports if home.placement else {})
        for server in _servers(home, placement):
            placement = _ensure_started(server, home, placement)
        ensure_roles(placement.ports[PostgreSQL.name], home.passwords)
    return placement.ports


def _ensure_started(server: Server, home: Home, before: Placement) -> Placement:
    """Where the servers are once `server` runs; kept before it starts, because we may be killed at any moment."""
    last = before.ports.get(server.name)
    if last and server.answers(last):
        return before
    port = last if last and is_free(last) else choose(home.path, before.ports.values())
    after = replace(before, ports=before.ports | {server.name: port})
    home.keep(after)
    try:
        server.start(port)
    except LaunchError:
        home.keep(before)
        raise
    return after


def _servers(home: Home, placement: Placement) -> tuple[Server, Server]:
    folder, passwords = Path(placement.folder), home.passwords
    return (
        PostgreSQL(folder, home.account, passwords.superuser),
        Valkey(folder, home.account, passwords.valkey),
    )


def _addresses(home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    passwords = home.passwords
    database = f"{HOST}:{ports[PostgreSQL.name]}/{DATABASE}"
    return {
        "DATABASE_URL": f"postgresql://{APP}:{passwords.app}@{database}",
        "MIGRATION_DATABASE_URL": f"postgresql://{OWNER}:{passwords.owner}@{database}",
        "REDIS_URL": f"redis://:{passwords.valkey}@{HOST}:{ports[Valkey.name]}/0",
    }
