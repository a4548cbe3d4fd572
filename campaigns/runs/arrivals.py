"""The outcomes of a run's recipients, by the accounts of its deliveries, as rows of Campaign_Recipients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from campaigns.runs import recipients
from destinations.delivery.outcomes import DELIVERED_STATUSES, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from campaigns.models import CampaignRun

DELIVERED = "delivered"
OUTCOME, DELIVERED_AT = "outcome", "delivered_at"
TREATMENT = "treatment_id"
ENDED_AT = "ended_at"


@dataclass(frozen=True, slots=True)
class Account:
    """A group that was sent, the file with the outcomes of one of its deliveries, and when that delivery ended."""

    group: int
    file: str
    ended_at: datetime

    @property
    def relation(self) -> str:
        return self.file.replace("/", "_").removesuffix(".parquet").replace("-", "_")


def with_outcomes(
    run: CampaignRun, groups: Collection[int], accounts: Sequence[Account], columns: Sequence[str]
) -> exp.Select:
    """All rows of the relation `recipients`, those of the run's treatments with their outcomes.

    Customers who arrived at any destination of the group, at any attempt, are delivered; for others the last
    account counts.
    """
    rows = exp.select(*(_of("recipients", name) for name in columns)).from_("recipients")
    if not groups:
        return rows
    is_meant = exp.and_(_is_of(run), _of("recipients", TREATMENT).isin(*map(recipients.whole_number, groups)))
    values = {
        OUTCOME: _first_known(OUTCOME, accounts, exp.Literal.string(Status.NOT_SENT.value)),
        DELIVERED_AT: _first_known(DELIVERED_AT, accounts),
    }
    selected = [
        exp.case().when(is_meant.copy(), values[name]).else_(_of("recipients", name)).as_(name)
        if name in values
        else _of("recipients", name)
        for name in columns
    ]
    changed = rows.select(*selected, append=False)
    return changed.join(_merged(accounts), on=_is_same(is_meant), join_type="left") if accounts else changed


def _first_known(name: str, accounts: Sequence[Account], otherwise: exp.Expr | None = None) -> exp.Expr:
    """From the accounts; earlier records stay where accounts are no longer kept."""
    known: list[exp.Expr] = [_of("accounts", name)] if accounts else []
    last = [otherwise] if otherwise is not None else []
    return exp.func("COALESCE", *known, _of("recipients", name), *last)


def _merged(accounts: Sequence[Account]) -> exp.Subquery:
    """One row per customer and group."""
    every = [_of_account(account) for account in accounts]
    rows = every[0] if len(every) == 1 else exp.union(*every, distinct=False)
    is_delivered = exp.column(OUTCOME).eq(exp.Literal.string(DELIVERED))
    delivered = exp.Max(this=exp.case().when(is_delivered, exp.column(OUTCOME)))
    last = exp.ArgMax(this=exp.column(OUTCOME), expression=exp.column(ENDED_AT))
    first_time = exp.Min(this=exp.case().when(is_delivered.copy(), exp.column(ENDED_AT)))
    return (
        exp.select(
            exp.column(TREATMENT),
            exp.column(recipients.KEY),
            exp.Coalesce(this=delivered, expressions=[last]).as_(OUTCOME),
            first_time.as_(DELIVERED_AT),
        )
        .from_(rows.subquery("rows"))
        .group_by(TREATMENT, recipients.KEY)
        .subquery("accounts")
    )


def _of_account(account: Account) -> exp.Select:
    is_delivered = exp.column("status").isin(*sorted(status.value for status in DELIVERED_STATUSES))
    outcome = exp.case().when(is_delivered, exp.Literal.string(DELIVERED)).else_(exp.column("status"))
    return (
        exp.select(
            recipients.whole_number(account.group).as_(TREATMENT),
            exp.column("key").as_(recipients.KEY),
            outcome.as_(OUTCOME),
            recipients.timestamp(account.ended_at).as_(ENDED_AT),
        )
        .from_(account.relation)
        .where(exp.not_(exp.column("leaver")))
    )


def _is_of(run: CampaignRun) -> exp.Expr:
    wanted = {"campaign_id": run.campaign_id, "run": run.number}
    return exp.and_(
        *(_of("recipients", name).eq(recipients.whole_number(value)) for name, value in wanted.items())
    )


def _is_same(is_meant: exp.Expr) -> exp.Expr:
    same = [_of("accounts", name).eq(_of("recipients", name)) for name in (TREATMENT, recipients.KEY)]
    return exp.and_(is_meant.copy(), *same)


def _of(table: str, name: str) -> exp.Column:
    return exp.column(name, table=table)
