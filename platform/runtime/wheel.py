"""Programs that come inside wheels."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import LaunchError

if TYPE_CHECKING:
    from runtime.account import Account


@dataclass(frozen=True)
class Wheel:
    """An installed wheel, and the folders that its programs need, as paths beside its package."""

    distribution: str
    package: str
    parts: tuple[str, ...]

    @property
    def site(self) -> Path:
        """The folder that the package is installed in; the package itself is not imported."""
        found = util.find_spec(self.package)
        if found is None or found.origin is None:
            raise LaunchError(f"The package {self.distribution} is missing. Run `make install`.")
        return Path(found.origin).parents[1]

    def program(self, pattern: str, *, account: Account, folder: Path) -> Path:
        """The program at `pattern`, or that of a copy in `folder` when `account` can't execute the wheel's."""
        program = next(self.site.glob(pattern), None)
        if program is None:
            raise LaunchError(f"{self.distribution} has no program for this system (looked for {pattern}).")
        if account.may_run(program):
            return program
        return self._copy(folder) / program.relative_to(self.site)

    def _copy(self, folder: Path) -> Path:
        copy = folder / f"{self.package}-{metadata.version(self.distribution)}"
        if copy.exists():
            return copy
        draft = copy.with_name(f".{copy.name}")
        shutil.rmtree(draft, ignore_errors=True)
        for part in self.parts:
            if (self.site / part).exists():
                shutil.copytree(self.site / part, draft / part)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        return draft.rename(copy)
