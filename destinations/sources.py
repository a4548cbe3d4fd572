"""The columns of Customer 360 that can be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from destinations.mapping_checks import SourceColumn


def source_columns() -> Mapping[str, SourceColumn]:
    """By name, in the order of the table of customer profiles; empty while there is none."""
    return {}
