"""Searching for one customer by key or e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from customer360 import email
from customer360.engine.interface import DataType
from customer360.engine.types import try_cast
from segments.compiler import column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segments.schema import Profiles


def is_sought(profiles: Profiles, search: str, *, redact: bool) -> exp.Expr:
    """Whether a customer has this key, or this e-mail address, however it is written and even if it is invalid.

    With `redact` nobody is found by personal data.
    """
    ways = list(_ways(profiles, exp.Literal.string(search.strip()), redact=redact))
    return exp.or_(*ways) if ways else exp.false()


def _ways(profiles: Profiles, said: exp.Expr, *, redact: bool) -> Iterator[exp.Expr]:
    if not (redact and profiles.key_is_pii):
        yield try_cast(column(profiles.table, profiles.key), DataType.STRING).eq(said)
    if redact or profiles.email_address is None:
        return
    wanted, sendable = email.normalised(said), column(profiles.table, profiles.email_address)
    yield sendable.eq(wanted)
    if profiles.email is not None:
        as_given = email.normalised(column(profiles.table, profiles.email))
        yield exp.and_(sendable.is_(exp.null()), as_given.eq(wanted.copy()))
