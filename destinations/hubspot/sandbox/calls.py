from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Record:
    """One answered call. Holds neither body nor query: both may contain personal data."""

    number: int
    at: float
    portal: int | None
    method: str
    route: str
    status: int
    milliseconds: float
    correlation_id: str
    fault: str


class CallLog:
    """The latest calls, and the number of each kind since the last reset."""

    def __init__(self) -> None:
        self._latest: deque[Record] = deque(maxlen=KEPT)
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._last = 0
        self._lock = Lock()

    def add(self, **parts: Any) -> None:
        with self._lock:
            self._last += 1
            record = Record(number=self._last, **parts)
            self._latest.append(record)
            self._counts[record.method, record.route, record.status] += 1

    def reset(self) -> None:
        self._latest.clear()
        self._counts.clear()

    def latest(self, limit: int, portal: int) -> list[Record]:
        """Newest first: an account's calls, and those that failed before their account was known."""
        chosen = [record for record in list(self._latest) if record.portal in {portal, None}]
        return chosen[-limit:][::-1] if limit else []

    def as_json(self) -> dict[str, Any]:
        """Counts by method, route and status, and every kept call in order."""
        counts = [
            {"method": method, "route": route, "status": status, "calls": calls}
            for (method, route, status), calls in sorted(self._counts.items())
        ]
        return {
            "total": self._counts.total(),
            "counts": counts,
            "calls": [asdict(call) for call in self._latest],
        }
