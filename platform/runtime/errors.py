"""What can go wrong below Django, in words for the person at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class LaunchError(Exception):
    """Root of this layer's errors; the text says what to do next."""


class HomeError(LaunchError):
    """The folder for servers and secrets can't be made or is not ours."""


class StartError(LaunchError):
    """An embedded server ended or stayed silent; the text holds what it said last."""

    def __init__(self, server: str, said: str, log: Path) -> None:
        super().__init__(
            f"{server} did not start. It said last:\n\n{said or 'nothing'}\n\n"
            f"Its log is {log}. Put right what it names and try again, or set DATABASE_URL, "
            "MIGRATION_DATABASE_URL and REDIS_URL to servers of your own."
        )
