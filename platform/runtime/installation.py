"""Makes `.venv` and installs packages into it; run by the Makefile with nothing but the standard library.

python3 -I platform/runtime/installation.py requirements.txt
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import deque
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NO_VENV = """This Python can make no virtual environments: its module `ensurepip` or `venv` is missing.

On Debian and Ubuntu: apt-get install python3-venv   (as root; or python3.12-venv for python3.12, and so on)
Then run the same command again, or name another Python: make demo PYTHON=/path/to/python3"""


def main(requirements: list[str]) -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Muster needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}.")
    if not _works(PYTHON):
        _make_environment()
    for name in requirements:
        _install(ROOT / name)


def _works(python: Path) -> bool:
    """Whether there is an environment with a working pip; one moved here from elsewhere has none that runs."""
    try:
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _make_environment() -> None:
    _show(f"Making .venv with Python {sys.version.split()[0]}\n")
    make: list[str | Path] = [sys.executable, "-m", "venv", "--clear"]
    if subprocess.run([*make, VENV], capture_output=True, check=False).returncode == 0:
        return
    # Without ensurepip, as in Debian's python3, the system's pip can install itself into the environment.
    without_pip = subprocess.run([*make, "--without-pip", VENV], capture_output=True, check=False)
    lend: list[str | Path] = [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"]
    if without_pip.returncode or subprocess.run(lend, capture_output=True, check=False).returncode:
        sys.exit(NO_VENV)


def _install(requirements: Path) -> None:
    """Install what the file pins, showing progress. Exits with pip's last lines when pip fails."""
    wanted = len(re.findall(r"^[\w-].*==", requirements.read_text(encoding="utf-8"), re.MULTILINE))
    _show(f"Installing {requirements.name}: {wanted} packages ")
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", f"--requirement={requirements}"]
    last, seen = deque[str](maxlen=15), 0
    with subprocess.Popen(pip, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            last.append(line)
            if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied: ")):
                seen += 1
                _show(f" {seen} " if seen % 10 == 0 else ".")
            elif line.startswith("Installing collected packages"):
                _show(" unpacking")
    _show("\n")
    if process.returncode:
        sys.exit("".join(["\n", *last, "\nThe packages could not be installed; pip's last words are above."]))


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
