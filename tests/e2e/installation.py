"""Muster as it runs: web server and worker as processes of their own, on the test's database, over real HTTP."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connections

from demo.processes import Addresses
from runtime import programs
from runtime.home import Home
from runtime.ports import choose
from runtime.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.sandbox import Sandbox

# Each test process has a Valkey database of its own, away from the one that other tests use.
FIRST_VALKEY_DATABASE, VALKEY_DATABASES = 8, 8


@dataclass(frozen=True)
class Installation:
    """Where the running Muster answers, and what its processes have said so far."""

    url: str
    log: io.StringIO


@contextmanager
def start(sandbox: Sandbox, folder: Path) -> Iterator[Installation]:
    addresses = Addresses(choose(folder), urlsplit(sandbox.url).port or 0)
    environment = _environment(addresses, sandbox)
    children = [
        replace(child, env={**child.env, **environment})
        for child in (programs.web(settings.ROOT, environment), programs.worker(settings.ROOT, environment))
    ]
    log = io.StringIO()
    with Supervisor(children, home=Home(folder / "home"), out=log) as supervisor:
        supervisor.wait_until_ready()
        yield Installation(addresses.web, log)


def _environment(addresses: Addresses, sandbox: Sandbox) -> Mapping[str, str]:
    return {
        **addresses.environment,
        "HUBSPOT_CLIENT_ID": sandbox.account.client_id,
        "HUBSPOT_CLIENT_SECRET": sandbox.account.client_secret,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": _of_test_database("DATABASE_URL"),
        "MIGRATION_DATABASE_URL": _of_test_database("MIGRATION_DATABASE_URL"),
        "REDIS_URL": _own_valkey_database(),
        "MUSTER_DATA_DIR": str(settings.DATA_DIR),
        "MUSTER_CREDENTIAL_KEYS": ",".join(settings.CREDENTIAL_KEYS),
        "SECRET_KEY": settings.SECRET_KEY,
    }


def _of_test_database(variable: str) -> str:
    name = connections["owner"].settings_dict["NAME"]
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))


def _own_valkey_database() -> str:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    number = FIRST_VALKEY_DATABASE + worker % VALKEY_DATABASES
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))
