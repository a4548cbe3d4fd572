"""What the active tenant's tables hold now or held at a pinned moment, ready for the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360 import storage
from customer360.errors import NoSuchTableError
from customer360.models import Table, TableVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from customer360.engine import Relation


def current_versions(names: Iterable[str] | None = None) -> dict[str, int]:
    """Ids of the versions to read now, by table name; of all tables with data, or of `names`.

    Raises NoSuchTableError for a name without data.
    """
    tables = Table.objects.with_data()
    versions = dict(tables.values_list("name", "current_version_id"))
    if names is None:
        return versions
    wanted = list(names)
    missing = [name for name in wanted if name not in versions]
    if missing:
        raise NoSuchTableError(
            f"There is no data yet in {', '.join(missing)}. Import it, or choose another table."
        )
    return {name: versions[name] for name in wanted}


def pinned_relations(versions: Mapping[str, int]) -> dict[str, Relation]:
    """The relations of exactly these versions, by the names given; raises NoSuchTableError if one is gone."""
    found = TableVersion.objects.in_bulk(list(versions.values()))
    missing = [name for name, version in versions.items() if version not in found]
    if missing:
        raise NoSuchTableError(f"The data of {', '.join(missing)} that this was planned on has been removed.")
    folder = storage.tenant_folder()
    return {name: found[version].manifest.relation(folder) for name, version in versions.items()}


def current_relations() -> dict[str, Relation]:
    return pinned_relations(current_versions())


def data_of(versions: Mapping[str, int]) -> datetime:
    """The time of the newest customer profiles among these versions; of any table, if there are none."""
    made = list(TableVersion.objects.filter(pk__in=versions.values()).values_list("table__role", "data_of"))
    profiles = [at for role, at in made if role == Table.Role.CUSTOMER_PROFILES]
    if not made:
        raise NoSuchTableError("There is no data yet. Import customer profiles first.")
    return max(profiles or [at for _, at in made])


def data_of_each(versions: Mapping[str, int]) -> dict[str, datetime]:
    """The time of the data of each of these versions, by the names given."""
    ages = dict(TableVersion.objects.filter(pk__in=versions.values()).values_list("pk", "data_of"))
    return {name: ages[version] for name, version in versions.items() if version in ages}
