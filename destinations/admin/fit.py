"""The list column that flags rows whose mapping no longer fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from unfold.decorators import display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model


def fit_column(unfit: Iterable[Model]) -> Callable[[Model], str]:
    """A column for an admin list that flags the rows in `unfit`."""
    found = set(unfit)

    @display(description="Mapping", label={"fits": "success", "no longer fits": "danger"})
    def fit(row: Model) -> str:
        return "no longer fits" if row in found else "fits"

    return cast("Callable[[Model], str]", fit)
