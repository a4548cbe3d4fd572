"""`python -m runtime up|run|stop|status`: the servers and processes of this folder, by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from environ import Env

from runtime import embedded, programs
from runtime.errors import LaunchError
from runtime.home import Home
from runtime.supervisor import Supervisor, stop_running

ROOT = Path(__file__).resolve().parents[2]


def up() -> None:
    """Start PostgreSQL and Valkey."""
    embedded.provide(os.environ, ROOT)


def run() -> None:
    """Serve Muster until Ctrl-C: web, worker and beat."""
    up()
    home = Home.of(ROOT, os.environ)
    children = [programs.web(ROOT, os.environ), programs.worker(ROOT, os.environ), programs.beat(ROOT, home.path)]
    Supervisor(children, home=home).run()


def stop() -> None:
    """Stop what runs: the supervisor and its processes, then PostgreSQL and Valkey."""
    stop_running(Home.of(ROOT, os.environ))
    embedded.stop(ROOT)


def status() -> None:
    """Say what runs where."""
    for name, port in embedded.status(ROOT).items():
        sys.stdout.write(f"{name:<11}{f'127.0.0.1:{port}' if port else 'stopped'}\n")


COMMANDS = {"up": up, "run": run, "stop": stop, "status": status}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m runtime", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__)
    Env.read_env(ROOT / ".env")
    try:
        COMMANDS[parser.parse_args().command]()
    except LaunchError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
