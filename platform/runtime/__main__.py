"""`python -m runtime up|stop|status`: the embedded servers of this folder, by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from runtime import embedded
from runtime.errors import LaunchError

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m runtime", description=__doc__)
    parser.add_argument("command", choices=("up", "stop", "status"))
    command = parser.parse_args().command
    try:
        if command == "up":
            embedded.provide(dict(os.environ), ROOT)
        elif command == "stop":
            embedded.stop(ROOT)
    except LaunchError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    for name, port in embedded.status(ROOT).items():
        sys.stdout.write(f"{name:<11}{f'127.0.0.1:{port}' if port else 'stopped'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
