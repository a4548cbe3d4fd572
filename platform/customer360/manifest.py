from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from customer360.engine.interface import DataFile, FileRelation

if TYPE_CHECKING:
    from pathlib import Path


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ManifestFile(_Value):
    """One immutable Parquet file and its number of valid rows; names are relative to the tenant's folder."""

    name: str
    rows: Annotated[int, Field(ge=0)]
    deletions: str | None = None

    def data(self, folder: Path) -> DataFile:
        return DataFile(folder / self.name, folder / self.deletions if self.deletions else None)


class Manifest(_Value):
    """The files of a table version: base files first, then deltas; readers see one relation."""

    columns: tuple[str, ...]
    files: tuple[ManifestFile, ...]

    def relation(self, folder: Path) -> FileRelation:
        return FileRelation(tuple(file.data(folder) for file in self.files), self.columns)

    def with_file(self, file: ManifestFile) -> Self:
        return self.model_copy(update={"files": (*self.files, file)})

    def with_renamed(self, old: str, new: str) -> Self:
        """The manifest with the file `new` in place of `old`, with the same rows."""
        files = (file.model_copy(update={"name": new}) if file.name == old else file for file in self.files)
        return self.model_copy(update={"files": tuple(files)})

    @property
    def file_names(self) -> frozenset[str]:
        return frozenset(name for file in self.files for name in (file.name, file.deletions) if name)
