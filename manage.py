#!/usr/bin/env python
"""Muster's command line: puts the two source roots on the path, finds the servers, hands over to Django."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    sys.path.insert(1, str(ROOT / "platform"))  # a source root; see tests/test_layout.py
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from environ import Env

    from runtime.embedded import provide
    from runtime.errors import LaunchError

    Env.read_env(ROOT / ".env")
    try:
        provide(os.environ, ROOT)
    except LaunchError as error:
        sys.exit(str(error))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
