"""Executes steps in an installation other than the tests' own, all in one process.

`python -m tests.clerk MODULE` reads one line of JSON per step, `[name, arguments]`, and answers each with another.
The steps are the functions of the module.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import django

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[1]


class Clerk:
    """The process as tests use it; `dismiss` it at the end."""

    def __init__(self, steps: str, *, environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, steps],
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def ask(self, step: str, arguments: Mapping[str, Any]) -> Any:
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None
        assert answers is not None
        questions.write(f"{json.dumps([step, arguments])}\n")
        questions.flush()
        answer = answers.readline()
        assert answer, f"{step}: {self._log.read_text(encoding='utf-8')[-3000:]}"
        return json.loads(answer)

    def dismiss(self) -> None:
        self._process.kill()
        self._process.communicate()


def main(steps: str) -> None:
    answers = _answers()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    module = import_module(steps)
    for line in sys.stdin:
        step, arguments = json.loads(line)
        answer = getattr(module, step)(**arguments)
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


def _answers() -> TextIO:
    """Standard output, reserved for answers from now on: anything else written to it goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


if __name__ == "__main__":
    main(sys.argv[1])
