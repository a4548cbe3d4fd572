from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from destinations.delivery.connector import Workload

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from destinations.delivery.specs import FieldMapping, TargetSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan in numbers: rows of the audience, and the changes to make."""

    audience: int = 0
    adds: int = 0
    updates: int = 0
    removes: int = 0
    to_look_up: int = 0  # among adds and updates
    absent: int = 0  # among adds

    @classmethod
    def of(cls, changes: Iterable[Sequence[object]]) -> Self:
        """From the rows of `compare.changes`."""
        rows = {str(what): tuple(int(str(number)) for number in numbers) for what, *numbers in changes}
        none = (0, 0, 0)
        add, update, remove = (rows.get(what, none) for what in ("add", "update", "leavers:remove"))
        return cls(
            audience=sum(numbers[0] for what, numbers in rows.items() if not what.startswith("leavers:")),
            adds=add[0],
            updates=update[0],
            removes=remove[0],
            to_look_up=add[1] + update[1],
            absent=add[2],
        )

    def workload(self, target: TargetSpec, fields: Sequence[FieldMapping], *, create: bool) -> Workload:
        """The work in terms of calls, assuming that everyone exists who may."""
        changed = self.adds + self.updates - self.absent
        written = changed if fields or target.status else 0
        leavers_written = self.removes if target.status else 0
        return Workload(
            to_look_up=self.to_look_up,
            to_write=written + leavers_written,
            to_create=self.absent if create else 0,
            to_enlist=(self.adds if create else self.adds - self.absent) if target.list else 0,
            to_delist=self.removes if target.list else 0,
        )

    def as_json(self) -> dict[str, int]:
        return asdict(self)
