"""The tables that segments are built on, as the compiler needs to know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from customer360.engine.interface import DataType


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: DataType
    is_pii: bool = False


@dataclass(frozen=True, slots=True)
class Profiles:
    """The table with one row a customer; `email_verdict` is empty where the address can be sent to."""

    table: str
    key: str
    attributes: Mapping[str, Attribute]
    email_verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """A table with many rows a customer: `customer` names them, `time` says when, `value` what it was worth."""

    table: str
    customer: str
    attributes: Mapping[str, Attribute]
    time: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    profiles: Profiles
    related: Mapping[str, Related] = field(default_factory=dict)
