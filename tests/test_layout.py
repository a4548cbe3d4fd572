"""platform/ is a source root like src/; as a package it would shadow a module of the standard library."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE_ROOTS = (ROOT, ROOT / "platform")
LONGEST_FILE = 400


def our_packages() -> set[str]:
    return {init.parent.name for root in SOURCE_ROOTS for init in root.glob("*/__init__.py")}


def our_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - git from the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_the_standard_library_keeps_its_platform_module() -> None:
    assert Path(platform.__file__).parent == Path(sysconfig.get_path("stdlib"))


def test_the_platform_directory_holds_packages_only() -> None:
    assert list((ROOT / "platform").glob("*.py")) == []


def test_no_test_directory_is_named_platform() -> None:
    assert not (ROOT / "tests" / "platform").exists()


def test_our_packages_shadow_nothing() -> None:
    ours = our_packages()
    assert {"config", "campaigns", "runtime"} <= ours
    assert ours.isdisjoint(sys.stdlib_module_names)
    assert ours.isdisjoint(importlib.metadata.packages_distributions())


def test_no_file_of_code_is_too_long_to_read() -> None:
    code = [path for path in our_files() if path.suffix == ".py" and "migrations" not in path.parts]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in code}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_nothing_is_named_for_leftovers() -> None:
    names = {"utils.py", "helpers.py", "misc.py", "signals.py"}
    assert [path for path in our_files() if path.name in names] == []
