"""What can go wrong below Django, in words for the person at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from runtime.ports import Port


class LaunchError(Exception):
    """Root of this layer's errors; the text says what to do next."""


class HomeError(LaunchError):
    """The folder for servers and secrets can't be created or is not ours."""


class StartError(LaunchError):
    """An embedded server ended or stayed silent; the text holds what it said last."""

    def __init__(self, server: str, said: str, log: Path) -> None:
        super().__init__(
            f"{server} did not start. It said last:\n\n{said or 'nothing'}\n\n"
            f"Its log is {log}. Put right what it names and try again, or set DATABASE_URL, "
            "MIGRATION_DATABASE_URL and REDIS_URL to servers of your own."
        )


class AlreadyRunningError(LaunchError):
    """Another supervisor runs in this folder."""

    def __init__(self, home: Path, pid: str) -> None:
        super().__init__(
            f"Muster already runs here (process {pid}, its files are in {home}). "
            "Use it, stop it with Ctrl-C in its terminal, or set MUSTER_HOME to run a second one."
        )


class SettingError(LaunchError):
    """A setting of the processes is not a number they can use."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(f"{name} is “{value}”. Set it to a whole number above 0, or unset it for the default.")


class PortTakenError(LaunchError):
    """Ports that the children need are taken; the text names settings and free ports."""

    def __init__(self, taken: Sequence[tuple[str, Port, int]]) -> None:
        lines = [f"Port {port.number} ({name}) is taken by another program." for name, port, _free in taken]
        others = " ".join(f"{port.setting}={free}" for _name, port, free in taken)
        super().__init__("\n".join([*lines, f"Choose others, for example: {others} make demo"]))


class ChildError(LaunchError):
    """A child does not become ready; the text holds its last lines."""

    def __init__(self, name: str, last_lines: Iterable[str]) -> None:
        said = "\n".join(last_lines) or "nothing"
        super().__init__(f"{name} did not get ready. It said last:\n\n{said}")
