"""The list of deliveries: the filters a reader may choose, and how many rows each would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Q, TextChoices

from destinations.delivery.models import Delivery

if TYPE_CHECKING:
    from typing import Any

    from django.http import QueryDict

    from destinations.delivery.querysets import DeliveryQuerySet

Status = Delivery.Status


class Show(TextChoices):
    ALL = "all", "All"
    UNDER_WAY = "under-way", "Under way"
    HELD = "held", "Held"
    PROBLEMS = "problems", "Problems"
    COMPLETED = "completed", "Completed"


STATES = {
    Show.UNDER_WAY: (Status.WAITING, Status.PREPARING, Status.SENDING, Status.STOPPING),
    Show.HELD: (Status.HELD,),
    Show.PROBLEMS: (Status.FAILED, Status.COMPLETED_WITH_ERRORS, Status.STOPPED),
    Show.COMPLETED: (Status.COMPLETED,),
}
CONDITIONS = {Show.ALL: Q()} | {show: Q(status__in=states) for show, states in STATES.items()}


@dataclass(frozen=True, slots=True)
class Choice:
    """One tab above the list."""

    label: str
    query: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reader asked for: words in the name, and states."""

    sought: str
    show: Show

    @classmethod
    def of(cls, asked: QueryDict) -> Listing:
        """Parses a query string; unknown values select everything."""
        show = asked.get("show", "")
        return cls(asked.get("q", "").strip(), Show(show) if show in Show.values else Show.ALL)

    def found(self, seen: DeliveryQuerySet[Any]) -> DeliveryQuerySet[Any]:
        return self._named(seen).filter(CONDITIONS[self.show])

    def choices(self, seen: DeliveryQuerySet[Any]) -> list[Choice]:
        """Costs one query."""
        counts = self._named(seen).aggregate(**{show.name: Count("pk", filter=CONDITIONS[show]) for show in Show})
        return [Choice(show.label, self._query(show), counts[show.name], show is self.show) for show in Show]

    def _named(self, seen: DeliveryQuerySet[Any]) -> DeliveryQuerySet[Any]:
        return seen.filter(name__icontains=self.sought) if self.sought else seen

    def _query(self, show: Show) -> str:
        return urlencode({"show": show.value} | ({"q": self.sought} if self.sought else {}))
