"""Rows for the tables of `shop`: few, with gaps, repeats and ties."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

_NOON = [datetime(2026, 1, day, 12, tzinfo=UTC) for day in range(1, 8)]

ROWS = {
    "Customer360": pa.table(
        {
            "amperity_id": ["c1", "c2", "c3", "c4", "c5"],
            "email": ["ann@example.com", "bob@example.org", None, "ann@example.com", "dan@example.net"],
            "given_name": ["Ann", "Bob", "Cleo", None, "DE"],
            "country": ["DE", "FR", "DE", None, "FR"],
            "value": [Decimal("10.5000"), Decimal("0.0000"), None, Decimal("99.9900"), Decimal("10.5000")],
            "last_order": pa.array([*_NOON[:4], None], pa.timestamp("us", "UTC")),
            "diagnosis": ["a", None, "b", "a", "c"],
        }
    ),
    "Orders": pa.table(
        {
            "order_id": ["o1", "o2", "o3", "o4"],
            "amperity_id": ["c1", "c1", "c2", "c9"],
            "ordered_at": pa.array(_NOON[:4], pa.timestamp("us", "UTC")),
            "amount": [Decimal("5.0000"), Decimal("5.5000"), Decimal("0.0000"), None],
            "units": [1, 2, 3, None],
            "ship_to": ["Ann", "Elm 1", None, "Oak 2"],
        }
    ),
    "My Table": pa.table({"id": [1, 2, 3], "Mixed Case": ["x", "y", None], "note": ["c1", "c2", "hello"]}),
}
