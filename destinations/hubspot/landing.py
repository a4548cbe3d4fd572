"""Prepares an audience's place in a HubSpot account: the list and the status property."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from destinations.delivery.connector import PreparedTarget
from destinations.delivery.errors import ConfigurationError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from destinations.delivery.connector import Calls
    from destinations.delivery.specs import ListLanding, StatusLanding, TargetSpec
    from destinations.hubspot.answers import ContactList, ContactProperty
    from destinations.hubspot.client import HubSpotClient

Answer = TypeVar("Answer")

REALIZED, EXISTING, EXITED = "realized", "existing", "exited"
STATUS_OPTIONS = (REALIZED, EXISTING, EXITED)
PROPERTY_GROUP = "contactinformation"

PURPOSE = "prepare"


class Landing:
    """Finds or creates what a target needs; with `dry` it only looks."""

    def __init__(self, client: HubSpotClient, calls: Calls, *, dry: bool) -> None:
        self._client = client
        self._calls = calls
        self._dry = dry

    def prepare(self, target: TargetSpec, known: PreparedTarget | None) -> PreparedTarget:
        created = False
        if target.status is not None:
            created = self._status(target.status, is_ours=known is not None)
        if target.list is None:
            return PreparedTarget(created=created)
        found = self._list(target.list, known)
        if found is None:
            return PreparedTarget(list_name=target.list.name, created=True)
        return PreparedTarget(
            list_id=found.id,
            list_name=found.name,
            size=found.size,
            created=created,
            claims=(list_claim(found.id),),
        )

    def _list(self, wanted: ListLanding, known: PreparedTarget | None) -> ContactList | None:
        """Finds the list by its earlier id or by name, else creates it; None instead of creating when dry."""
        found = None
        if known is not None and known.list_id is not None:
            found = self._ask(partial(self._client.list_by_id, known.list_id))
        if found is None:
            found = self._ask(partial(self._client.list_by_name, wanted.name))
        if found is None and not self._dry:
            found = self._created_list(wanted.name)
        if found is not None and not found.takes_members:
            raise ConfigurationError(
                f"The list “{wanted.name}” is not a static list of contacts, so its members can't be set. "
                "Choose another name in the data template."
            )
        return found

    def _created_list(self, name: str) -> ContactList | None:
        try:
            return self._ask(partial(self._client.create_list, name))
        except RefusedError as refusal:
            if refusal.evidence.sub_category == "ILS.DUPLICATE_LIST_NAMES":
                return self._ask(partial(self._client.list_by_name, name))
            raise

    def _status(self, wanted: StatusLanding, *, is_ours: bool) -> bool:
        """Returns whether the property had to be created; either way all its options exist afterwards.

        One that is there is taken over if it holds a status already, or if it `is_ours`: prepared for this target
        before, so that options deleted there since are put back.
        """
        found = self._ask(partial(self._client.property_named, wanted.field))
        if found is None:
            return not self._dry and self._created_property(wanted)
        if found.type != "enumeration" or not found.is_writable:
            raise ConfigurationError(
                f"The property “{wanted.field}” is not a drop-down that can be written. Choose another name."
            )
        if not is_ours and not holds_status(option.value for option in found.options):
            raise ConfigurationError(
                f"The property “{wanted.field}” is there already and lacks options of a status "
                f"({', '.join(STATUS_OPTIONS)}), so it may be used for something else. Choose another name."
            )
        self._complete_options(found)
        return False

    def _created_property(self, wanted: StatusLanding) -> bool:
        create = partial(
            self._client.create_enumeration,
            wanted.field,
            label=wanted.label,
            group=PROPERTY_GROUP,
            options=STATUS_OPTIONS,
        )
        try:
            self._ask(create)
        except RefusedError as refusal:
            if refusal.evidence.category != "OBJECT_ALREADY_EXISTS":  # someone else was faster
                raise
        return True

    def _complete_options(self, found: ContactProperty) -> None:
        present = [option.value for option in found.options]
        missing = [option for option in STATUS_OPTIONS if option not in present]
        if missing and not self._dry:
            self._ask(partial(self._client.set_options, found.name, [*present, *missing]))

    def _ask(self, call: Callable[[], Answer]) -> Answer:
        return self._calls.one(call, purpose=PURPOSE)


def holds_status(options: Iterable[str]) -> bool:
    """Whether a drop-down with these options can be an audience's status without changing what it means."""
    return set(STATUS_OPTIONS) <= set(options)


def list_claim(list_id: str) -> str:
    return f"list:{list_id}"


def claims(target: TargetSpec) -> tuple[str, ...]:
    """HubSpot compares list names case-insensitively."""
    names = []
    if target.list is not None:
        names.append(f"list-name:{target.list.name.strip().casefold()}")
    if target.status is not None:
        names.append(f"property:{target.status.field}")
    return tuple(names)
