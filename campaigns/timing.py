"""When a campaign runs. Kept as local time and zone, so that a clock change moves nothing."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class CampaignType(StrEnum):
    ONE_TIME = "one_time"
    RECURRING = "recurring"


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class Recurrence(BaseModel):
    """How a campaign repeats; `ends_on` and `ends_after` are both empty when it never ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    frequency: Frequency
    weekdays: frozenset[Annotated[int, Field(ge=1, le=7)]] = frozenset()  # ISO: 1 is Monday
    month_day: Annotated[int, Field(ge=1, le=31)] | Literal["last"] | None = None
    ends_on: date | None = None
    ends_after: Annotated[int, Field(ge=1)] | None = None


class Timing(BaseModel):
    """Without `starts_at` (local, no zone) a campaign is delivered as soon as possible."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: CampaignType = CampaignType.ONE_TIME
    starts_at: datetime | None = None
    recurrence: Recurrence | None = None
