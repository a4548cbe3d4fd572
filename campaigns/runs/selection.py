"""What is sent about a group's customers: columns of the profiles, and of other tables by customer key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from campaigns.attributes import DEFAULT_SOURCE_TABLE
from campaigns.audience.sources import CUSTOMER, attribute_tables, one_row_each
from customer360 import email
from customer360.companions import address_column, reason_column
from customer360.models import Table
from destinations import sending
from destinations.delivery.specs import AudienceSpec
from destinations.sources import columns_of_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from campaigns.attributes import Attribute
    from campaigns.models import GroupDestination

PROFILES = DEFAULT_SOURCE_TABLE
"""The underlying table of customer profiles: what is sent comes from here, whatever segments are built on."""

ADDRESS, REASON, KEPT_BACK = "muster_address", "muster_reason", "kept_back"
SHARED = "shared_with_control"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows to send, the tables that they are read from, and the columns of the customer's key and address."""

    query: exp.Select
    tables: tuple[str, ...]
    key: str
    key_is_pii: bool
    verdicts: dict[str, tuple[str, str]]

    def spec(
        self, *, versions: dict[str, int], label: str, basis: tuple[str, ...] = (), decided_by_pii: bool = True
    ) -> AudienceSpec:
        """The rows as a delivery is told of them; `versions` are those of all tables in the query."""
        return AudienceSpec.of(
            self.query,
            versions=versions,
            key=self.key,
            label=label,
            basis=basis,
            key_is_pii=self.key_is_pii,
            decided_by_pii=decided_by_pii,
            verdicts=self.verdicts,
        )


def of_group(destination: GroupDestination, customers: exp.Select, controls: exp.Select) -> Chosen:
    """One row for each of the customers. Both queries yield keys as text.

    A customer who shares an address with one of the `controls` is held back, as sends go to addresses.
    """
    profiles = Table.objects.get(name=PROFILES)
    identity = sending.mapping_spec(destination.data_template, ()).identity
    attributes = [each for each in destination.sent_attributes if each.source_table == PROFILES]
    own = dict.fromkeys([profiles.key_column, identity, *(each.source_attribute for each in attributes)])
    key = _key(profiles, PROFILES)
    query = exp.select(*map(_column, own), *_judged(profiles, identity, controls))
    query = query.from_(exp.table_(PROFILES, quoted=True)).where(key.isin(query=customers))
    others = _by_table(destination.sent_attributes)
    for number, (name, sought) in enumerate(others.items()):
        names = list(dict.fromkeys(attribute.source_attribute for attribute in sought))
        rows = one_row_each(_source(name), names, customers.copy()).subquery(f"source_{number}")
        query = _joined(query, rows, sought, key)
    key_is_pii = profiles.columns.filter(name=profiles.key_column, is_pii=True).exists()
    verdicts = {identity: (ADDRESS, REASON)}
    return Chosen(query, (PROFILES, *others), profiles.key_column, key_is_pii, verdicts)


def pii_among(attributes: Iterable[Attribute]) -> set[str]:
    """The columns of the audience that hold personal data; unknown ones count as such."""
    return {attribute.column for attribute in attributes if _holds_pii(attribute)}


def _by_table(attributes: Sequence[Attribute]) -> Mapping[str, list[Attribute]]:
    """The attributes by table, without those of the profiles."""
    found: dict[str, list[Attribute]] = {}
    for attribute in attributes:
        if attribute.source_table != PROFILES:
            found.setdefault(attribute.source_table, []).append(attribute)
    return found


def _source(name: str) -> Table:
    return next(table for table in attribute_tables() if table.name == name)


def _joined(query: exp.Select, rows: exp.Subquery, attributes: Sequence[Attribute], key: exp.Expr) -> exp.Select:
    """The query with the attributes' columns from the rows; NULL for customers without a row."""
    columns = [
        exp.column(attribute.source_attribute, table=rows.alias, quoted=True).as_(attribute.column, quoted=True)
        for attribute in {attribute.column: attribute for attribute in attributes}.values()
    ]
    same = exp.column(CUSTOMER, table=rows.alias).eq(key.copy())
    return query.select(*columns).join(rows, on=same, join_type="left")


def _holds_pii(attribute: Attribute) -> bool:
    column = columns_of_table(attribute.source_table).get(attribute.source_attribute)
    return column is None or column.is_pii


def _judged(profiles: Table, identity: str, controls: exp.Select) -> list[exp.Expr]:
    """Columns for the address and the verdict on it: the import's, so that no send has to check again, or that it
    is a control's address.
    """
    known, reason = (part(profiles, identity, PROFILES) for part in (_address, _reason))
    theirs = (
        exp.select(_address(profiles, identity, KEPT_BACK))
        .from_(exp.table_(PROFILES, quoted=True).as_(KEPT_BACK))
        .where(_key(profiles, KEPT_BACK).isin(query=controls))
    )
    is_shared = known.isin(query=theirs)
    verdict = exp.case().when(is_shared, exp.Literal.string(SHARED)).else_(reason)
    return [exp.case().when(is_shared.copy(), exp.null()).else_(known.copy()).as_(ADDRESS), verdict.as_(REASON)]


def _address(profiles: Table, identity: str, alias: str) -> exp.Expr:
    found = _companion(profiles, identity, address_column(identity), alias)
    return found if found is not None else email.address(_column(identity, alias))


def _reason(profiles: Table, identity: str, alias: str) -> exp.Expr:
    found = _companion(profiles, identity, reason_column(identity), alias)
    return found if found is not None else email.verdict(_column(identity, alias))


def _companion(profiles: Table, identity: str, name: str, alias: str) -> exp.Expr | None:
    is_there = profiles.columns.filter(companion_of=identity, name=name).exists()
    return _column(name, alias) if is_there else None


def _key(profiles: Table, alias: str) -> exp.Expr:
    return exp.cast(_column(profiles.key_column, alias), exp.DataType.Type.TEXT)


def _column(name: str, table: str = PROFILES) -> exp.Column:
    return exp.column(name, table=table, quoted=True)
