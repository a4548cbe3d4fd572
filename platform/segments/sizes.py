"""How many customers each of several segments has: one scan for all, cached until the data or the rules change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache
from sqlglot import exp

from customer360 import catalog
from customer360.errors import Customer360Error
from customer360.interactive import open_interactive
from runtime import clock
from segments.compiler import predicate
from segments.errors import SegmentError
from segments.nesting import active_rules, present_moment
from segments.schema import current_schema
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from segments.models import Segment

REMEMBERED = 24 * 3600


@dataclass(frozen=True, slots=True)
class Size:
    """`customers` is None where the rules do not fit the data."""

    customers: int | None
    counted_at: datetime


def sizes(segments: Iterable[Segment]) -> dict[int, Size]:
    """The size of each, by id; empty without customer profiles. Raises an EngineError."""
    try:
        versions = catalog.current_versions()
        conditions = _conditions(segments)
    except Customer360Error:
        return {}
    keys = {pk: _key(condition, versions) for pk, condition in conditions.items()}
    known: dict[str, Size] = cache.get_many(keys.values())
    missing = {pk: condition for pk, condition in conditions.items() if keys[pk] not in known}
    fresh = {keys[pk]: size for pk, size in _counted(missing, versions).items()}
    cache.set_many(fresh, REMEMBERED)
    now = clock.now()
    return {segment.pk: (known | fresh).get(keys.get(segment.pk, ""), Size(None, now)) for segment in segments}


def _conditions(segments: Iterable[Segment]) -> dict[int, exp.Expr]:
    schema, moment, others = current_schema(), present_moment(), active_rules()
    found: dict[int, exp.Expr] = {}
    for segment in segments:
        try:
            found[segment.pk] = predicate(segment.rules, schema, moment, segments=others)
        except SegmentError:
            continue
    return found


def _key(condition: exp.Expr, versions: Mapping[str, int]) -> str:
    said = f"{sorted(versions.items())} {condition.sql()}"
    return f"segment-size:{require_tenant_id()}:{hashlib.sha256(said.encode()).hexdigest()}"


def _counted(conditions: Mapping[int, exp.Expr], versions: Mapping[str, int]) -> dict[int, Size]:
    if not conditions:
        return {}
    table = exp.to_table(current_schema().profiles.table, quoted=True)
    counts = [
        exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition)).as_(f"n{pk}")
        for pk, condition in conditions.items()
    ]
    with open_interactive(catalog.pinned_relations(versions)) as session:
        row = session.one(exp.select(*counts).from_(table))
    return {pk: Size(int(str(number)), clock.now()) for pk, number in zip(conditions, row, strict=True)}
