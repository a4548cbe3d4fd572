"""Who was in which group of a run, as rows of the tenant's table Campaign_Recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from sqlglot import exp

from campaigns.audience.expressions import CUSTOMER, GROUP, SUB_AUDIENCE
from customer360.engine import DataType
from customer360.models import Column, Table
from customer360.semantics import Semantic
from customer360.services import keep_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from campaigns.audience.expressions import Audience
    from campaigns.models import Campaign, CampaignRun, TreatmentGroup

TABLE = "Campaign_Recipients"
KEY = "customer_id"
COLUMNS: Mapping[str, DataType] = {
    KEY: DataType.STRING,
    "campaign_id": DataType.INTEGER,
    "campaign_name": DataType.STRING,
    "run": DataType.INTEGER,
    "sub_audience_id": DataType.INTEGER,
    "sub_audience_name": DataType.STRING,
    "treatment_id": DataType.INTEGER,
    "treatment_name": DataType.STRING,
    "is_control": DataType.BOOLEAN,
    "segments": DataType.STRING,
    "started_at": DataType.DATETIME,
    "outcome": DataType.STRING,
    "delivered_at": DataType.DATETIME,
    "launched_on": DataType.DATE,
}
"""The customer's key is written as text, whatever its type: campaigns over different keys share the table."""
SEMANTICS = {KEY: Semantic.CUSTOMER_KEY}
"""Tells segments whose a row is; `segments.schema` knows which column says when they were in the campaign."""


def table(*, key_is_pii: bool = False, decided_by_pii: bool = False) -> Table:
    """The table that Muster keeps in every tenant, created when it is missing.

    Once its keys have been personal data, the key stays marked as such; once personal data has decided who was in
    a run, the whole table stays marked: nothing that reads it can tell one run's rows from another's.
    """
    kept = keep_table(name=TABLE, columns=COLUMNS, semantics=SEMANTICS)
    if key_is_pii:
        kept.columns.filter(name=KEY).update(is_pii=True)
    if decided_by_pii and not kept.decided_by_pii:
        kept.decided_by_pii = True
        kept.save(update_fields=["decided_by_pii"])
    return kept


def key_is_pii() -> bool:
    """Whether the catalogue marks customer keys as personal data, here or in a table of profiles."""
    here = Q(table__name=TABLE, name=KEY)
    of_profiles = Q(table__role=Table.Role.CUSTOMER_PROFILES, name=F("table__key_column"))
    return Column.objects.filter(here | of_profiles, is_pii=True).exists()


def of_run(run: CampaignRun, audience: Audience, *, segments: Sequence[str]) -> exp.Select:
    """One row for each customer, or each of their sub-audiences, that the run assigns to a group."""
    campaign = run.campaign
    constants = {
        "campaign_id": whole_number(campaign.pk),
        "campaign_name": exp.Literal.string(campaign.name),
        "run": whole_number(run.number),
        "segments": exp.Literal.string(", ".join(segments)),
        "started_at": timestamp(run.started_at),
        # Not known yet, see `arrivals`; controls have none.
        "outcome": exp.cast(exp.null(), exp.DataType.Type.TEXT),
        "delivered_at": exp.cast(exp.null(), exp.DataType.Type.TIMESTAMPTZ),
        "launched_on": _launch_date(campaign),
    }
    varying = {
        KEY: exp.cast(_of("assigned", CUSTOMER), exp.DataType.Type.TEXT),
        "sub_audience_id": exp.cast(_of("assigned", SUB_AUDIENCE), exp.DataType.Type.BIGINT),
        "sub_audience_name": _of("names", "sub_audience_name"),
        "treatment_id": exp.cast(_of("assigned", GROUP), exp.DataType.Type.BIGINT),
        "treatment_name": _of("names", "treatment_name"),
        "is_control": _of("names", "is_control"),
    }
    values = constants | varying
    same_group = exp.EQ(this=_of("assigned", GROUP), expression=_of("names", GROUP))
    groups = campaign.groups.select_related("sub_audience")
    return (
        exp.select(*(values[name].as_(name) for name in COLUMNS))
        .from_(audience.assigned().subquery("assigned"))
        .join(_names(groups), on=same_group)
    )


def keys(run: CampaignRun, group: TreatmentGroup) -> exp.Select:
    """The keys of the customers whom the run assigned to the group, as text."""
    wanted = {"campaign_id": run.campaign_id, "run": run.number, "treatment_id": group.pk}
    conditions = [exp.column(name).eq(whole_number(value)) for name, value in wanted.items()]
    return exp.select(KEY).from_(TABLE).where(*conditions)


def controls(run: CampaignRun) -> exp.Select:
    """The keys of all customers whom the run holds back, as text."""
    return rows_of(run).select(KEY, append=False).where(exp.column("is_control"))


def people() -> exp.Select:
    """One row: customers in the relation `recipients`, and the controls among them, each counted once."""
    kept_back = exp.case().when(exp.column("is_control"), exp.column(KEY))
    counts = [exp.Count(this=exp.Distinct(expressions=[each])) for each in (exp.column(KEY), kept_back)]
    return exp.select(*counts).from_("recipients")


def sizes() -> exp.Select:
    """How many rows each group has in the relation `recipients`."""
    group = exp.column("treatment_id")
    return exp.select(group, exp.Count(this=exp.Star())).from_("recipients").group_by(group.copy())


def difference(before: CampaignRun) -> exp.Select:
    """One row: customers who joined since the run before, who left, and who are in another group.

    The recipients of the later run are the relation `recipients`, those of the run before are in the table.
    """
    now, earlier = _groups(exp.select("*").from_("recipients")), _groups(rows_of(before))
    both = exp.and_(_is_there("now"), _is_there("earlier"))
    moved = exp.NEQ(this=_of("now", GROUP), expression=_of("earlier", GROUP))
    return (
        exp.select(
            exp.CountIf(this=exp.not_(_is_there("earlier"))).as_("joined"),
            exp.CountIf(this=exp.not_(_is_there("now"))).as_("left"),
            exp.CountIf(this=exp.and_(both, moved)).as_("moved"),
        )
        .from_(now.subquery("now"))
        .join(earlier.subquery("earlier"), on=_of("now", KEY).eq(_of("earlier", KEY)), join_type="full")
    )


def _groups(rows: exp.Select) -> exp.Select:
    """One row per customer; one in several sub-audiences counts with the first group."""
    group = exp.Min(this=exp.column("treatment_id"))
    return exp.select(KEY, group.as_(GROUP)).from_(rows.subquery("rows")).group_by(KEY)


def _is_there(side: str) -> exp.Expr:
    return exp.not_(exp.Is(this=_of(side, KEY), expression=exp.null()))


def rows_of(run: CampaignRun) -> exp.Select:
    """The recipients of a recorded run."""
    wanted = {"campaign_id": run.campaign_id, "run": run.number}
    return (
        exp.select("*")
        .from_(TABLE)
        .where(*(exp.column(name).eq(whole_number(value)) for name, value in wanted.items()))
    )


def _names(groups: Iterable[TreatmentGroup]) -> exp.Expr:
    rows = [(group.pk, group.sub_audience.name, group.name, group.is_control) for group in groups]
    return exp.values(rows, alias="names", columns=[GROUP, "sub_audience_name", "treatment_name", "is_control"])


def timestamp(moment: datetime) -> exp.Expr:
    return exp.cast(exp.Literal.string(moment.isoformat()), exp.DataType.Type.TIMESTAMPTZ)


def _launch_date(campaign: Campaign) -> exp.Expr:
    date = campaign.launch_date
    text = exp.Literal.string(date.isoformat()) if date else exp.null()
    return exp.cast(text, exp.DataType.Type.DATE)


def whole_number(value: int) -> exp.Expr:
    return exp.cast(exp.Literal.number(value), exp.DataType.Type.BIGINT)


def _of(table: str, name: str) -> exp.Column:
    return exp.column(name, table=table)
