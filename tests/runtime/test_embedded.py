from __future__ import annotations

import os
import signal
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from runtime import embedded
from runtime.errors import LaunchError, StartError
from runtime.home import Home, Placement
from tests.runtime.conftest import environment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runtime.conftest import Project


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


def query(url: str, sql: str) -> tuple[object, ...] | None:
    with psycopg.connect(url) as connection:
        return connection.execute(sql.encode()).fetchone()


def postmaster(project: Project) -> int:
    folder = (Home.of(project.root, {}).placement or pytest.fail("nothing was started")).folder
    return int(Path(folder, "postgresql/data/postmaster.pid").read_text().split()[0])


def files_of(project: Project) -> Path:
    return Home.of(project.root, {}).path


def test_the_application_role_owns_nothing_and_cannot_bypass_row_level_security(project: Project) -> None:
    role = query(
        project.provide()["DATABASE_URL"],
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
        " WHERE rolname = current_user",
    )
    assert role == ("muster_app", False, False, False, False)


def test_the_owner_role_owns_the_database_and_may_make_test_databases(project: Project) -> None:
    role = query(
        project.provide()["MIGRATION_DATABASE_URL"],
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, pg_get_userbyid(datdba), datname"
        " FROM pg_roles, pg_database"
        " WHERE rolname = current_user AND datname = current_database()",
    )
    assert role == ("muster_owner", False, False, True, "muster_owner", "muster")


def test_what_the_servers_acknowledge_is_durable(project: Project) -> None:
    environ = project.provide()
    settings = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
    assert query(environ["DATABASE_URL"], settings) == ("on", "on")
    with redis.Redis.from_url(environ["REDIS_URL"]) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}


@pytest.mark.long
def test_each_connection_needs_a_password(project: Project) -> None:
    environ = project.provide()
    for role in ("postgres", "muster_owner", "muster_app"):
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host="127.0.0.1", port=port_of(environ["DATABASE_URL"]), user=role, dbname="muster")
    with redis.Redis(port=port_of(environ["REDIS_URL"])) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_every_rule_of_the_cluster_asks_for_scram(project: Project) -> None:
    project.provide()
    rules = (files_of(project) / "postgresql/data/pg_hba.conf").read_text().splitlines()
    methods = {rule.split()[-1] for rule in rules if rule.strip() and not rule.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_secrets_are_readable_by_their_owner_only(project: Project) -> None:
    project.provide()
    modes = {
        name: (files_of(project) / name).stat().st_mode for name in ("passwords.json", "keys.json", "valkey.conf")
    }
    assert {name: stat.S_IMODE(mode) for name, mode in modes.items()} == dict.fromkeys(modes, 0o600)


def test_no_password_is_on_a_command_line(project: Project) -> None:
    environ = project.provide()
    commands = b"".join(_command_lines())
    assert b"postgres" in commands
    for url in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL"):
        assert (urlsplit(environ[url]).password or "").encode() not in commands


def _command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended between the two looks
            yield file.read_bytes()


def test_the_log_of_the_database_holds_no_values(project: Project) -> None:
    with psycopg.connect(project.provide()["MIGRATION_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE person (email text PRIMARY KEY)")
        connection.execute("INSERT INTO person VALUES ('ada@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation, match=r"ada@example\.com"):
            connection.execute("INSERT INTO person VALUES ('ada@example.com')")
    log = (files_of(project) / "postgresql/server.log").read_text()
    assert "duplicate key value violates unique constraint" in log
    assert "ada@example.com" not in log


def test_customer_data_has_a_folder_that_nobody_else_may_enter(project: Project) -> None:
    data = Path(project.provide()["MUSTER_DATA_DIR"])
    assert data == files_of(project) / "data"
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_the_next_command_reuses_the_servers(project: Project) -> None:
    first, pid = project.provide(), postmaster(project)
    assert (project.provide(), postmaster(project)) == (first, pid)


def test_commands_that_start_together_share_one_pair_of_servers(fresh: Project) -> None:
    commands = [fresh.provide_elsewhere() for _ in range(3)]
    environments = [environment_of(command) for command in commands]
    assert environments == [environments[0]] * 3


def test_with_servers_of_ones_own_nothing_starts(fresh: Project) -> None:
    environ = {"DATABASE_URL": "postgresql://db.example.com/muster"}
    embedded.provide(environ, fresh.root)
    assert environ == {"DATABASE_URL": "postgresql://db.example.com/muster"}
    assert list(fresh.root.iterdir()) == []


def test_what_the_environment_says_of_keys_and_kind_stands(project: Project) -> None:
    environ = {"SECRET_KEY": "chosen", "MUSTER_ENVIRONMENT": "production"}
    embedded.provide(environ, project.root)
    assert (environ["SECRET_KEY"], environ["MUSTER_ENVIRONMENT"]) == ("chosen", "production")
    assert environ["MUSTER_CREDENTIAL_KEYS"] == project.provide()["MUSTER_CREDENTIAL_KEYS"]


@pytest.mark.long
def test_another_home_can_be_chosen(fresh: Project) -> None:
    chosen = fresh.root / "chosen"
    environ = {"MUSTER_HOME": str(chosen)}
    embedded.provide(environ, fresh.root)
    assert (chosen / "servers.json").exists()
    assert not files_of(fresh).exists()
    embedded.stop(fresh.root, environ)


@pytest.mark.long
def test_a_stop_and_a_start_keep_data_and_ports(known: Project) -> None:
    before = known.provide()
    _write_something(before)
    embedded.stop(known.root, {})
    assert set(embedded.status(known.root, {}).values()) == {None}
    after = known.provide()
    assert after == before
    assert _what_was_written(after) == ("kept", b"kept")


def test_after_everything_was_killed_the_next_start_has_the_data(known: Project) -> None:
    before = known.provide()
    _write_something(before)
    with redis.Redis.from_url(before["REDIS_URL"]) as client:
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
    os.kill(postmaster(known), signal.SIGKILL)
    assert _what_was_written(known.provide()) == ("kept", b"kept")


@pytest.mark.long
def test_a_pid_file_that_names_some_other_process_does_not_block_the_start(known: Project) -> None:
    known.provide()
    file = files_of(known) / "postgresql/data/postmaster.pid"
    left_behind = file.read_text()
    embedded.stop(known.root, {})
    file.write_text(left_behind.replace(left_behind.split()[0], str(os.getpid()), 1))
    os.chown(file, file.parent.stat().st_uid, file.parent.stat().st_gid)
    assert query(known.provide()["DATABASE_URL"], "SELECT 1") == (1,)


@pytest.mark.long
def test_a_port_that_was_taken_meanwhile_is_given_up(known: Project) -> None:
    home = Home.of(known.root, {})
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        taken = somebody.getsockname()[1]
        home.keep(Placement(str(home.path), {"PostgreSQL": taken, "Valkey": taken}))
        environ = known.provide()
    assert taken not in {port_of(environ["DATABASE_URL"]), port_of(environ["REDIS_URL"])}


@pytest.mark.long
def test_a_server_that_does_not_start_is_explained_by_its_log(known: Project) -> None:
    known.provide()
    embedded.stop(known.root, {})
    configuration = files_of(known) / "postgresql/data/postgresql.conf"
    rightly = configuration.read_text()
    configuration.write_text("work_mem = plenty\n")
    with pytest.raises(StartError, match=r'"work_mem": "plenty"[^$]+DATABASE_URL') as raised:
        known.provide()
    assert str(files_of(known) / "postgresql/server.log") in str(raised.value)
    configuration.write_text(rightly)
    known.provide()


@pytest.mark.long
def test_a_valkey_that_cannot_read_its_data_is_explained_by_its_log(known: Project) -> None:
    known.provide()
    embedded.stop(known.root, {})
    manifest = files_of(known) / "valkey/appendonlydir/appendonly.aof.manifest"
    manifest.write_text("nonsense\n")
    with pytest.raises(StartError, match="AOF manifest"):
        known.provide()


def test_lost_passwords_are_explained(known: Project) -> None:
    known.provide()
    embedded.stop(known.root, {})
    (files_of(known) / "passwords.json").unlink()
    with pytest.raises(LaunchError, match=r"Put back the passwords\.json"):
        known.provide()


def _write_something(environ: dict[str, str]) -> None:
    with psycopg.connect(environ["MIGRATION_DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE note AS SELECT 'kept' AS body")
    with redis.Redis.from_url(environ["REDIS_URL"]) as client:
        client.set("note", "kept")
        client.waitaof(1, 0, 5000)


def _what_was_written(environ: dict[str, str]) -> tuple[object, object]:
    (body,) = query(environ["MIGRATION_DATABASE_URL"], "SELECT body FROM note") or (None,)
    with redis.Redis.from_url(environ["REDIS_URL"]) as client:
        return body, client.get("note")


@pytest.mark.long  # waits twice for an answer that does not come
def test_a_valkey_that_hangs_is_not_joined_by_a_second_one_on_the_same_data(known: Project) -> None:
    environ = known.provide()
    with redis.Redis.from_url(environ["REDIS_URL"]) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StartError, match="An earlier server still runs"):
            known.provide()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert known.provide()["DATABASE_URL"] == environ["DATABASE_URL"]
