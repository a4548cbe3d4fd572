"""A speaker who knows what the tenant's segments and queries are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Query
from segments.models import Segment
from segments.words import Speaker

if TYPE_CHECKING:
    from segments.schema import Schema


def speaker_of(schema: Schema, *, redact: bool) -> Speaker:
    names = dict(Segment.objects.values_list("pk", "name"))
    return Speaker(schema, names, redact, dict(Query.objects.active().values_list("pk", "name")))
