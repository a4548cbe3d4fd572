"""Free TCP ports on the loopback address."""

from __future__ import annotations

import socket
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.errors import LaunchError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

HOST = "127.0.0.1"
# Below the ports that systems use for outgoing connections (from 32768 on Linux), which come and go.
RANGE = range(15_000, 32_000)


@dataclass(frozen=True)
class Port:
    """A port that somebody listens on, and the setting that chooses another."""

    number: int
    setting: str


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(home: Path, taken: Collection[int] = ()) -> int:
    """A free port that is the same for the same `home` as long as nobody else takes it."""
    start = zlib.crc32(bytes(home)) % len(RANGE)
    for step in range(len(RANGE)):
        port = RANGE[(start + step) % len(RANGE)]
        if port not in taken and is_free(port):
            return port
    raise LaunchError(f"No port is free between {RANGE.start} and {RANGE.stop} on {HOST}.")


def next_free(port: int) -> int:
    """The first free port above `port`."""
    return next(candidate for candidate in range(port + 1, 65_536) if is_free(candidate))


def listens(port: int, host: str = HOST) -> bool:
    """Whether somebody accepts connections on `port`."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True
