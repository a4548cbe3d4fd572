from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime import embedded, home

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).resolve().parents[2]
AS_ROOT = os.geteuid() == 0

PROVIDE = """
import json, os, sys
from pathlib import Path
from runtime import embedded
environ = {}
embedded.provide(environ, Path(sys.argv[1]))
print(json.dumps(environ))
"""


@dataclass(frozen=True)
class Project:
    """A folder with embedded servers of its own."""

    root: Path

    def provide(self) -> dict[str, str]:
        environ: dict[str, str] = {}
        embedded.provide(environ, self.root)
        return environ

    def provide_elsewhere(self, *prefix: str, first_on_path: str = "") -> subprocess.Popen[str]:
        """Another command that needs the servers; its output is the environment that it got."""
        path = os.pathsep.join(
            filter(None, [first_on_path, *map(str, (SOURCES, SOURCES / "platform")), *sys.path])
        )
        return subprocess.Popen(
            [*prefix, sys.executable, "-c", PROVIDE, str(self.root)],
            env={"PYTHONPATH": path, "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            text=True,
        )

    def remove(self) -> None:
        embedded.stop(self.root, {})
        placement = home.Home.of(self.root, {}).placement
        if placement:
            shutil.rmtree(placement.folder)
        shutil.rmtree(self.root.parent)


def environment_of(command: subprocess.Popen[str]) -> dict[str, str]:
    said, _ = command.communicate()
    assert command.returncode == 0
    return dict(json.loads(said))


@contextmanager
def new_project(mode: int = 0o755) -> Iterator[Project]:
    """A project in an empty folder of the system's, because pytest's own are closed to the servers' account."""
    folder = Path(tempfile.mkdtemp(prefix="muster-runtime-"))
    folder.chmod(mode)
    project = Project(folder / "project")
    project.root.mkdir()
    yield project
    project.remove()


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """A project whose servers many tests share; they leave them running."""
    with new_project() as project:
        yield project


@pytest.fixture(scope="session")
def stopped() -> Iterator[Project]:
    with new_project() as project:
        project.provide()
        embedded.stop(project.root, {})
        yield project


@pytest.fixture
def known(stopped: Project) -> Iterator[Project]:
    """A project whose servers ran before, for a test that stops, kills or breaks them."""
    with new_project() as project:
        subprocess.run(["/bin/cp", "-a", stopped.root / ".muster", project.root], check=True)
        (project.root / ".muster" / "servers.json").unlink()  # it names the folder that this is a copy of
        yield project


@pytest.fixture
def fresh() -> Iterator[Project]:
    """A project in which nothing has started."""
    with new_project() as project:
        yield project


@pytest.fixture
def closed() -> Iterator[Project]:
    """A fresh project below a folder that only its owner may enter."""
    with new_project(0o700) as project:
        yield project
