"""How columns become the destination's fields."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class WhenEmpty(StrEnum):
    """What an empty value in the column does to the field."""

    LEAVE = "leave"
    CLEAR = "clear"


class ColumnMapping(BaseModel):
    """One column to send: `source` is its name in the data, `target` the destination's field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1, max_length=200)
    target: str = Field(min_length=1, max_length=100)
    when_empty: WhenEmpty = WhenEmpty.LEAVE


COLUMN_MAPPINGS = TypeAdapter(list[ColumnMapping])
