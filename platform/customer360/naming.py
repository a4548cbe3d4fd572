"""Names that a table's columns can't have, because Muster or the engine uses them itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.companions import names_beside
from customer360.engine.interface import RESERVED
from customer360.errors import TableConflictError
from customer360.semantics import Semantic

if TYPE_CHECKING:
    from collections.abc import Mapping


def taken_names(semantics: Mapping[str, str]) -> frozenset[str]:
    """The lower-case names that no further column may have, given the columns' semantics by name."""
    addresses = (name for name, semantic in semantics.items() if semantic == Semantic.EMAIL)
    return RESERVED.union(name.casefold() for address in addresses for name in names_beside(address))


def require_free_names(semantics: Mapping[str, str]) -> None:
    """Raises TableConflictError when one of these columns (semantics by name) has a name that Muster uses."""
    taken = taken_names(semantics)
    for name in semantics:
        if name.casefold() in taken:
            raise TableConflictError(f"Muster itself needs the name “{name}” in this table. Rename the column.")
