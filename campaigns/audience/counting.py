"""The numbers of a campaign before it is sent: computed once for the same data and rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from django.core.cache import cache
from sqlglot import exp

from campaigns.audience import planning
from campaigns.audience.framing import current_frame
from campaigns.audience.withholding import refuse_withheld
from campaigns.openness import Names
from customer360 import catalog
from customer360.engine.errors import EngineError, EngineInterruptedError
from customer360.errors import Customer360Error
from customer360.interactive import open_interactive
from segments.counting import open_newest
from segments.errors import SegmentError
from tenants.scope import require_tenant_id
from ui import formats
from ui.charts import Branch, Group, flow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from django.utils.safestring import SafeString

    from accounts.access import Access
    from campaigns.audience.planning import Frame
    from campaigns.drafts import CampaignDraft, GroupDraft, SubAudienceDraft
    from campaigns.models import Campaign
    from customer360.engine import EngineSession

Rows: TypeAlias = "list[tuple[int, ...]]"

NO_DESTINATION = "no destination yet"
LABELS = ("Inclusions", "Exclusions", "Total", "Reachable by e-mail")
SECONDS_KEPT = 24 * 3600
NOBODYS = Names(frozenset())


class NotCountedError(Exception):
    """The audience has not been counted yet on the present data."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The engine's numbers; `sizes` are customers by group id.

    `customers` are those in any group, `controls` the controls among them. Each is counted once, even if groups of
    several sub-audiences share customers.
    """

    inclusions: int
    exclusions: int
    total: int
    reachable: int
    sizes: Mapping[int, int] = field(default_factory=dict)
    customers: int = 0
    controls: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """A numbered draft and its numbers."""

    draft: CampaignDraft
    counts: Counts
    data_of: datetime
    names: Names = NOBODYS  # of destinations, as the reader may see them

    @property
    def exclusions_shown(self) -> str:
        return formats.number(-self.counts.exclusions)

    @property
    def reachable_share(self) -> str:
        counts = self.counts
        return f"{formats.percent(counts.reachable / counts.total)} of the total" if counts.total else ""

    @property
    def controls(self) -> int:
        return self.counts.controls

    @property
    def treated(self) -> int:
        """Customers in treatments, each counted once."""
        return self.counts.customers - self.counts.controls

    def size(self, group: GroupDraft) -> int:
        return self.counts.sizes.get(group.id or 0, 0)

    @property
    def flow(self) -> SafeString:
        """The audience, its sub-audiences and their groups; if there is only one, its groups and where they go."""
        parts = self.draft.sub_audiences
        branches = map(self._sub_audience, parts) if len(parts) > 1 else map(self._group, self.draft.groups)
        label = "How the audience divides into groups, and where they are sent"
        return flow(list(branches), total=self.counts.total, label=label)

    def _sub_audience(self, part: SubAudienceDraft) -> Branch:
        groups = tuple(
            Group(group.name, self.size(group), group.is_control, self._goes(group)) for group in part.groups
        )
        return Branch(part.name, sum(group.value for group in groups), groups)

    def _group(self, group: GroupDraft) -> Branch:
        size = self.size(group)
        end = Group("For comparison" if group.is_control else self._destinations(group), size, group.is_control)
        return Branch(group.name, size, (end,))

    def _goes(self, group: GroupDraft) -> str:
        return f"to {self._destinations(group)}" if group.data_templates else NO_DESTINATION

    def _destinations(self, group: GroupDraft) -> str:
        return ", ".join(dict.fromkeys(map(self.names.destination, group.data_templates))) or NO_DESTINATION


def shown(
    draft: CampaignDraft, campaign: Campaign, access: Access, *, frame: Frame | None = None, asker: str | None = ""
) -> dict[str, Any]:
    """What pages show a person about the campaign as the draft has it: the summary, or why there is none.

    Earlier controls of the campaign stay controls. A count that the same `asker` still waits for is cancelled with
    EngineInterruptedError. Pass `frame` if it has been read. Without an asker (None) nothing is counted: raises
    NotCountedError for what was not counted before.
    """
    key, earlier = campaign.assignment_key, planning.earlier_runs_of(campaign)

    def summary() -> Summary:
        return summarise(draft, assignment_key=key, earlier_runs_of=earlier, frame=frame, asker=asker)

    return _or_problem(draft, access, summary)


def shown_totals(
    draft: CampaignDraft, *, access: Access, asker: str, frame: Frame | None = None
) -> dict[str, Any]:
    """The same for the audience alone, without sub-audiences and groups."""

    def summary() -> Summary:
        data_of = catalog.data_of(catalog.current_versions())
        return Summary(planning.numbered(draft), totals(draft, frame=frame, asker=asker), data_of)

    return _or_problem(draft, access, summary)


def shown_of(campaign: Campaign, access: Access) -> dict[str, Any]:
    """The same for the campaign as it is saved; read it with `Campaign.objects.whole()` to save queries."""
    return shown(planning.draft_of(campaign), campaign, access)


def known_of(campaign: Campaign, access: Access) -> dict[str, Any]:
    """The same without asking the engine: only `is_counting` where that would be needed."""
    try:
        return shown(planning.draft_of(campaign), campaign, access, asker=None)
    except NotCountedError:
        return {"is_counting": True, "total_labels": LABELS}


def _or_problem(draft: CampaignDraft, access: Access, summary: Callable[[], Summary]) -> dict[str, Any]:
    try:
        refuse_withheld(draft, access)
        return {"summary": replace(summary(), names=Names.for_reader(access))}
    except EngineInterruptedError:
        raise
    except (Customer360Error, EngineError, SegmentError) as error:
        return {"problem": str(error)}


def summarise(
    draft: CampaignDraft,
    *,
    assignment_key: str,
    earlier_runs_of: int | None = None,
    frame: Frame | None = None,
    asker: str | None = "",
) -> Summary:
    """Raises Customer360Error while there is no profile table, SegmentError or EngineError when it can't count.

    Without an asker (None) it raises NotCountedError for what was not counted before.
    """
    numbered = planning.numbered(draft)
    frame = frame or current_frame()
    audience = planning.audience_of(
        numbered, frame, assignment_key=assignment_key, earlier_runs_of=earlier_runs_of
    )
    versions = catalog.current_versions()
    questions = [audience.totals(frame.reachable), audience.counts()]
    if not audience.first_match_only:
        questions.append(audience.people())
    (found,), rows, *people = _answers(versions, *questions, asker=asker)
    sizes = {group: customers for _, group, customers in rows}
    customers, controls = people[0][0] if people else _people(numbered, sizes)
    counts = replace(_counts(found), sizes=sizes, customers=customers, controls=controls)
    return Summary(numbered, counts, catalog.data_of(versions))


def _people(draft: CampaignDraft, sizes: Mapping[int, int]) -> tuple[int, int]:
    """Customers in any group and the controls among them, if nobody is in two groups."""
    return sum(sizes.values()), sum(sizes.get(group.id or 0, 0) for group in draft.groups if group.is_control)


def totals(draft: CampaignDraft, *, frame: Frame | None = None, asker: str = "") -> Counts:
    """The numbers of the audience step alone, in one scan without sub-audiences. Raises as `summarise` does."""
    frame = frame or current_frame()
    audience = planning.audience_of(planning.numbered(draft), frame, assignment_key="")
    ((row, *_),) = _answers(catalog.current_versions(), audience.totals(frame.reachable), asker=asker)
    return _counts(row)


def _counts(totals: tuple[int, ...]) -> Counts:
    inclusions, exclusions, total, reachable = totals
    return Counts(inclusions, exclusions, total, reachable)


def _answers(versions: Mapping[str, int], *questions: exp.Query, asker: str | None = "") -> list[Rows]:
    """The rows of each question, cached: versions never change, so neither do the answers."""
    keyed = {_key(versions, question): question for question in questions}
    answers: dict[str, Rows] = cache.get_many(keyed)
    missing = {key: question for key, question in keyed.items() if key not in answers}
    if missing and asker is None:
        raise NotCountedError
    if missing:
        with _session(versions, asker or "") as session:
            found = {key: cast("Rows", session.rows(question)) for key, question in missing.items()}
        cache.set_many(found, SECONDS_KEPT)
        answers |= found
    return [answers[key] for key in keyed]


def _session(versions: Mapping[str, int], asker: str) -> AbstractContextManager[EngineSession]:
    relations = catalog.pinned_relations(versions)
    return open_newest(asker, relations) if asker else open_interactive(relations)


def _key(versions: Mapping[str, int], question: exp.Query) -> str:
    """The same as long as the tables that the question reads are the same, whatever happens to others."""
    read = {table.name for table in question.find_all(exp.Table)}
    pinned = sorted((name, version) for name, version in versions.items() if name in read)
    basis = (require_tenant_id(), pinned, question.sql(dialect="duckdb"))
    return f"campaign-counts:{sha256(repr(basis).encode()).hexdigest()}"
