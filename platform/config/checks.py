"""What must be right in the environment before Muster serves anybody; each fault has a number and a hint."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from runtime import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

HUBSPOT_DOMAINS = ("hubapi.com", "hubspot.com")
SHORTEST_SECRET = 50


@register()
def check_environment(**_kwargs: Any) -> list[CheckMessage]:
    return [*_readings(), *_secrets(), *_servers(), *_data(), *_hubspot(), *_time()]


def _readings() -> Iterator[CheckMessage]:
    for name, expected in settings.UNREADABLE.items():
        yield Error(
            f"{name} has a value that cannot be read.",
            hint=f"Set it to {expected}, or unset it for the default.",
            id="config.E008",
        )


def _secrets() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Error(
            "SECRET_KEY is missing or short.",
            hint="Set it to at least 50 random characters, the same for web, workers and beat.",
            id="config.E001",
        )
    if not settings.CREDENTIAL_KEYS:
        yield Error(
            "MUSTER_CREDENTIAL_KEYS is missing: credentials could not be encrypted.",
            hint="Set one or more Fernet keys, newest first, separated by commas.",
            id="config.E002",
        )
    if not all(_is_fernet_key(key) for key in settings.CREDENTIAL_KEYS):
        yield Error(
            "MUSTER_CREDENTIAL_KEYS holds a value that is not a Fernet key.",
            hint="A key is 32 random bytes in url-safe base64, 44 characters long.",
            id="config.E003",
        )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _servers() -> Iterator[CheckMessage]:
    if not settings.REDIS_URL:
        yield Error(
            "REDIS_URL is missing.",
            hint="Set it to the Valkey or Redis server, such as redis://127.0.0.1:6379/0.",
            id="config.E004",
        )
    if settings.DATABASES["default"]["USER"] == settings.DATABASES["owner"]["USER"]:
        yield Error(
            "DATABASE_URL and MIGRATION_DATABASE_URL name the same role.",
            hint="The application connects as a role that owns nothing; migrations as the owner.",
            id="config.E005",
        )

    if settings.PRODUCTION and not settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS is empty, so web would answer to no name.",
            hint="Set it to the host names that people open, separated by commas.",
            id="config.E009",
        )
    if settings.PRODUCTION and "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS lets in any name, and links in e-mails would lead wherever a forged request says.",
            hint="Name the hosts that people open; probes of /livez and /readyz need none.",
            id="config.E011",
        )


def _data() -> Iterator[CheckMessage]:
    standing = next(folder for folder in (settings.DATA_DIR, *settings.DATA_DIR.parents) if folder.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        yield Error(
            "MUSTER_DATA_DIR is not a folder that Muster can write to.",
            hint="Name a folder that belongs to the user who runs web and workers, and that they share.",
            id="config.E010",
        )


def _hubspot() -> Iterator[CheckMessage]:
    for name in ("HUBSPOT_API_URL", "HUBSPOT_APP_URL"):
        if settings.PRODUCTION and not _is_hubspots(getattr(settings, name)):
            yield Error(
                f"{name} is not an address of HubSpot.",
                hint="Production sends customer data to HubSpot's own hosts only, by https.",
                id="config.E006",
            )


def _time() -> Iterator[CheckMessage]:
    if settings.PRODUCTION and os.environ.get(clock.VARIABLE):
        yield Error(
            f"{clock.VARIABLE} is set, so a file tells the time.",
            hint="Unset it: tests move the clock, production does not.",
            id="config.E007",
        )


def _is_hubspots(address: str) -> bool:
    parts = urlsplit(address)
    host = parts.hostname or ""
    return parts.scheme == "https" and any(
        host == domain or host.endswith(f".{domain}") for domain in HUBSPOT_DOMAINS
    )


def require_safe_start() -> None:
    """Web and workers refuse to start in production when a check fails; elsewhere the faults are only printed."""
    problems = [*run_checks(tags=[Tags.database], databases=["default"]), *check_environment()]
    errors = [problem for problem in problems if problem.is_serious()]
    if errors and settings.PRODUCTION:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))
