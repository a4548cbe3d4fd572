from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from destinations.hubspot.sandbox.errors import validation


@dataclass(slots=True)
class Switches:
    """Behaviour that HubSpot's documents leave open or contradict, and that a test may want to change.

    Every value can be changed while the sandbox runs: `POST /_sandbox/switches`.
    """

    limits: bool = True
    """Off: no call limits, for measuring the sandbox itself."""
    rejected_calls_count_in_daily: bool = False
    retry_after_on_429: bool = False
    rate_limit_as_category: bool = False
    token_calls_per_second: int = 20
    latency_ms: int = 0

    shuffle_results: bool = True
    multi_status: bool = True
    """On: a batch with errors answers 207. Off: 200 or 201, errors inside."""
    trace_ids_split_updates: bool = True
    """Whether unique trace ids keep good rows of a batch *update*, as they do for a create."""
    trace_ids_split_duplicates: bool = True
    """Whether, with trace ids, only the second of two rows with one e-mail is refused."""
    one_result_per_contact: bool = True
    """Two e-mails of one contact in a batch read: the contact once, or once per e-mail."""
    trim_emails: bool = False
    language: str = "en"
    """The language of messages about values: `en` or `pt`."""

    search_lag_seconds: float = 0.0
    search_flaps: bool = False
    property_delay_ms: int = 0

    membership_ids_per_call: int = 0
    """The most ids in one membership call; 0: no limit."""
    other_added_spelling: bool = False
    """On: `recordIdsAdded`, as one page of the documents has it, instead of `recordsIdsAdded`."""
    omit_empty_arrays: bool = False

    daily_usage_lag_calls: int = 0
    """How many calls the daily usage answer is behind."""
    bad_token_info_status: int = 401

    def change(self, wanted: dict[str, Any]) -> None:
        """Sets the named switches; an unknown name or a value of another type is refused, changing nothing."""
        types = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in wanted.items():
            if name not in types:
                raise validation(f"There is no switch {name}")
            if not isinstance(value, (int, float) if types[name] is float else types[name]):
                raise validation(f"The switch {name} takes {types[name].__name__}")
        for name, value in wanted.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
