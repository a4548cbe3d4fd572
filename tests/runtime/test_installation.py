from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from runtime import installation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    monkeypatch.setattr(installation, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(installation, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


def test_an_old_python_is_refused_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "OLDEST", (99, 0))
    with pytest.raises(SystemExit, match=r"Muster needs Python 3\.11 or newer"):
        installation.main([])


def test_a_python_without_venv_is_explained(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        installation.main([])


def test_a_python_without_ensurepip_borrows_the_pip_of_the_system(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = elsewhere / "python3"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {elsewhere}/asked\ncase "$*" in *--clear\\ /*) exit 1;; esac\n')
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    installation.main([])
    asked = (elsewhere / "asked").read_text().splitlines()
    assert asked[1:] == [
        f"-m venv --clear --without-pip {elsewhere}/.venv",
        f"-m pip --python {elsewhere}/.venv/bin/python install --quiet pip",
    ]


def test_a_failure_of_pip_is_shown_in_its_own_words(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "PYTHON", sys.executable)
    (elsewhere / "requirements.txt").write_text("./nothing-here.whl\n")
    with pytest.raises(SystemExit, match=r"nothing-here[^$]+could not be installed"):
        installation.main(["requirements.txt"])


@pytest.mark.long
def test_an_environment_that_was_moved_is_made_anew(elsewhere: Path) -> None:
    python = elsewhere / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python")
    installation.main([])
    assert installation._works(python)
