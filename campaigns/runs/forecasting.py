"""The delivery summary: what a send of the saved campaign would do now, for each group and destination.

Computed in the background from the files that the send itself would read, and cached until one of them or the
campaign changes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING, cast

import structlog
from django.core.cache import cache
from django.db.models import Max, Sum
from sqlglot import exp

from campaigns.audience import planning
from campaigns.audience.framing import current_frame
from campaigns.models import Campaign, CampaignRun
from campaigns.openness import CLOSED
from campaigns.runs import deliveries, selection
from customer360 import catalog, storage
from customer360.engine import JOB, DataFile, FileRelation, installed_engine
from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from destinations import sending
from destinations.delivery import foresight
from destinations.delivery.foresight import Landing
from destinations.delivery.models import IdentityMap, Target
from destinations.errors import NameTemplateError
from destinations.models import DataTemplate, Destination
from segments.errors import SegmentError
from segments.models import Segment
from segments.nesting import present_moment
from tenants.scope import require_tenant_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from pathlib import Path

    from campaigns.models import GroupDestination, TreatmentGroup
    from campaigns.openness import Names
    from customer360.engine import Relation
    from destinations.delivery.foresight import Foreseen
    from destinations.delivery.specs import ConnectorSettings

SECONDS_KEPT = 24 * 3600
SECONDS_ASKED = 600
"""How long the same forecast is not requested again; then its worker is presumed killed."""
SECONDS_UNKNOWN = 60

ASSIGNED = "muster_assigned"
REFUSALS = (Customer360Error, EngineError, SegmentError, NameTemplateError)
UNEXPECTED = "The summary could not be worked out. The log has the details; sending is not affected."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A treatment group and one of its destinations; without figures where that is not open to the reader."""

    sub_audience: str
    group: str
    data_template: int
    destination: str
    foreseen: Foreseen | None

    @property
    def calls(self) -> int:
        return self.foreseen.calls if self.foreseen else 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """`customers` counts those in treatments once each. `problem` says in words why there is nothing else."""

    customers: int = 0
    controls: int = 0
    rows: tuple[ForecastRow, ...] = ()
    duration: timedelta | None = None
    problem: str = ""

    def for_reader(self, names: Names) -> Forecast:
        """The forecast without names and figures of destinations that are not open to the reader."""
        rows = tuple(row if row.data_template in names.open_ids else _closed(row) for row in self.rows)
        seen = replace(self, rows=rows)
        return replace(seen, duration=None) if seen.has_closed_rows else seen

    @property
    def has_closed_rows(self) -> bool:
        return len(self._foreseen) < len(self.rows)

    @property
    def is_closed(self) -> bool:
        """Whether the reader may see none of the rows: then 0 would be a false figure."""
        return bool(self.rows) and not self._foreseen

    @property
    def _foreseen(self) -> list[Foreseen]:
        return [row.foreseen for row in self.rows if row.foreseen is not None]

    @property
    def asked_for(self) -> int:
        return sum(each.rows for each in self._foreseen)

    @property
    def expansion(self) -> int | None:
        """Rows beyond one per customer, for several destinations or sub-audiences; None if some are closed."""
        return None if self.has_closed_rows else self.asked_for - self.customers

    @property
    def shrink(self) -> int:
        return sum(self.held_back.values())

    @property
    def held_back(self) -> Mapping[str, int]:
        """Rows that would be held back, by the code of the reason, the most frequent first."""
        counts = Counter[str]()
        for each in self._foreseen:
            counts.update(each.held_back)
        return dict(counts.most_common())

    @property
    def not_found(self) -> int:
        """Rows for customers whom their destination is known not to have."""
        return sum(each.not_found for each in self._foreseen)

    @property
    def to_send(self) -> int:
        return self.asked_for - self.shrink - self.not_found

    @property
    def calls(self) -> int:
        return sum(row.calls for row in self.rows)


def _closed(row: ForecastRow) -> ForecastRow:
    return replace(row, destination=CLOSED, foreseen=None)


def known(campaign: Campaign) -> Forecast | None:
    """The cached forecast of the campaign as it is saved; None if its basis has changed since."""
    forecast: Forecast | None = cache.get(_key(campaign))
    return forecast


def ask(campaign: Campaign) -> None:
    """Requests the forecast in the background, once."""
    from campaigns.tasks import forecast_campaign

    if cache.add(f"{_key(campaign)}:asked", value=True, timeout=SECONDS_ASKED):
        forecast_campaign.enqueue(campaign_id=campaign.pk)


def work_out(campaign_id: int) -> Forecast:
    """Computes and caches the forecast. Safe to repeat; an error becomes the forecast's problem."""
    campaign = Campaign.objects.whole().get(pk=campaign_id)
    key = _key(campaign)
    forecast, seconds = _worked_out(campaign)
    cache.set(key, forecast, seconds)
    cache.delete(f"{key}:asked")
    return forecast


def _worked_out(campaign: Campaign) -> tuple[Forecast, int]:
    try:
        return _forecast(campaign), SECONDS_KEPT
    except REFUSALS as error:
        return Forecast(problem=str(error)), SECONDS_UNKNOWN
    except Exception:
        log.exception("campaign_forecast_failed", campaign_id=campaign.pk)
        return Forecast(problem=UNEXPECTED), SECONDS_UNKNOWN


def _forecast(campaign: Campaign) -> Forecast:
    versions = catalog.current_versions()
    relations: dict[str, Relation] = {**catalog.pinned_relations(versions)}
    controls = {
        group.pk for part in campaign.sub_audiences.all() for group in part.groups.all() if group.is_control
    }
    with storage.scratch() as folder:
        file = folder / "assigned.parquet"
        _write_assigned(campaign, relations, file)
        relations[ASSIGNED] = FileRelation((DataFile(file),), ("customer", "sub_audience_id", "group_id"))
        customers, kept_back = _customers(relations, controls)
        found = [
            (sending.connector_settings(each.data_template.destination), _row(group, each, relations, controls))
            for group in _groups(campaign)
            for each in group.destinations.all()
        ]
    duration = foresight.total_duration((connector, row.calls) for connector, row in found)
    return Forecast(customers, kept_back, tuple(row for _, row in found), duration)


def _write_assigned(campaign: Campaign, relations: Mapping[str, Relation], file: Path) -> None:
    audience = planning.audience_of_campaign(campaign, current_frame())
    with installed_engine().open_session(relations, limits=JOB) as session:
        session.write(audience.assigned(), file, pii=["customer"])


def _customers(relations: Mapping[str, Relation], controls: set[int]) -> tuple[int, int]:
    """Customers in treatments and in control groups, each counted once."""
    is_control = _is_in(controls)
    customer = exp.column("customer")
    kept_back = exp.case().when(is_control, customer)
    sent = exp.case().when(exp.not_(is_control.copy()), customer.copy())
    counts = [exp.Count(this=exp.Distinct(expressions=[each])) for each in (sent, kept_back)]
    with installed_engine().open_session({ASSIGNED: relations[ASSIGNED]}, limits=JOB) as session:
        return cast("tuple[int, int]", session.one(exp.select(*counts).from_(ASSIGNED)))


def _keys(groups: set[int]) -> exp.Select:
    """The keys of the customers assigned to the groups, as text."""
    customer = exp.cast(exp.column("customer"), exp.DataType.Type.TEXT)
    return exp.select(customer).from_(ASSIGNED).where(_is_in(groups))


def _is_in(groups: set[int]) -> exp.Expr:
    ids = [exp.Literal.number(group) for group in sorted(groups)]
    return exp.column("group_id").isin(*ids) if ids else exp.false()


def _groups(campaign: Campaign) -> list[TreatmentGroup]:
    return [group for part in campaign.sub_audiences.all() for group in part.groups.all() if not group.is_control]


def _row(
    group: TreatmentGroup, destination: GroupDestination, relations: Mapping[str, Relation], controls: set[int]
) -> ForecastRow:
    template = destination.data_template
    connector = sending.connector_settings(template.destination)
    landing = Landing(connector, deliveries.target_spec(destination), _target(destination, connector))
    chosen = selection.of_group(destination, _keys({group.pk}), _keys(controls))
    audience = chosen.spec(versions={}, label=str(group))
    tables = {name: relations[name] for name in (*chosen.tables, ASSIGNED)}
    foreseen = foresight.foresee(audience, deliveries.mapping_of(destination), landing, tables)
    name = f"{template.destination} · {template}"
    return ForecastRow(str(group.sub_audience), str(group), template.pk, name, foreseen)


def _target(destination: GroupDestination, connector: ConnectorSettings) -> Target | None:
    account = connector.account
    target: Target | None = Target.objects.filter(
        owner_kind=deliveries.OWNER, owner_id=destination.pk, kind=account.kind, account=account.account
    ).first()
    return target


def _key(campaign: Campaign) -> str:
    """Changes whenever anything changes that the forecast is based on, or what is kept of it."""
    basis = (
        [field.name for kept in (Forecast, ForecastRow, foresight.Foreseen) for field in fields(kept)],
        require_tenant_id(),
        campaign.pk,
        campaign.revision,
        present_moment().today,
        sorted(catalog.current_versions().items()),
        sorted(Segment.objects.active().values_list("active_version", flat=True)),
        CampaignRun.objects.filter(campaign=campaign).aggregate(Max("number")),
        DataTemplate.objects.aggregate(Max("updated_at")),
        Destination.objects.aggregate(Max("updated_at")),
        Target.objects.filter(owner_kind=deliveries.OWNER).aggregate(Sum("ledger_version")),
        IdentityMap.objects.aggregate(Sum("version")),
    )
    return f"campaign-summary:{sha256(repr(basis).encode()).hexdigest()}"
