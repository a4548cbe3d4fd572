"""Why a customer is, or is not, in a campaign: each rule and its result, in the order in which they apply.

The conditions and the assignment are those of a send, evaluated by the engine for one customer: no logic is
repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from campaigns.audience import assignment, framing, planning
from campaigns.audience.expressions import CUSTOMER, GROUP, SUB_AUDIENCE
from campaigns.runs.snapshots import draft_of_run
from campaigns.why.verdicts import Found, Question, Rule
from customer360 import catalog
from customer360.interactive import open_interactive
from segments.models import Segment
from segments.searching import is_sought
from segments.words import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from campaigns.audience.expressions import Audience
    from campaigns.audience.planning import Frame
    from campaigns.drafts import CampaignDraft
    from campaigns.models import Campaign, CampaignRun
    from customer360.engine import EngineSession
    from segments.rules import Rules

MOST_CUSTOMERS = 5
"""The most customers sharing an address that are explained."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What explanations are based on: a campaign as saved or one of its runs, with the data of that moment."""

    campaign: Campaign
    run: CampaignRun | None
    draft: CampaignDraft
    frame: Frame
    audience: Audience
    versions: Mapping[str, int]


def present(campaign: Campaign) -> Basis:
    """The campaign as it is saved, on current data; read it with `Campaign.objects.whole()`."""
    frame = framing.current_frame()
    audience = planning.audience_of_campaign(campaign, frame)
    return Basis(campaign, None, planning.draft_of(campaign), frame, audience, catalog.current_versions())


def past(run: CampaignRun) -> Basis:
    """The campaign as the run sent it, on the versions that the run has pinned."""
    frame = framing.frame_of_run(run)
    audience = planning.audience_of_run(run, frame)
    return Basis(run.campaign, run, draft_of_run(run), frame, audience, run.table_versions)


def find(basis: Basis, sought: str, *, restricted: bool) -> list[Found]:
    """The customers with this key or, if the reader may see it, this e-mail address, and what each rule decides.

    Raises NoSuchTableError when data of the basis is no longer kept, RulesError, or EngineError.
    """
    questions = list(_questions(basis, restricted=restricted))
    with open_interactive(catalog.pinned_relations(basis.versions)) as session:
        rows = session.rows(_asked(basis, sought, questions, restricted=restricted), limit=MOST_CUSTOMERS)
        return [_found(basis, session, questions, row) for row in rows]


def _questions(basis: Basis, *, restricted: bool) -> Iterator[Question]:
    """Each rule of the campaign, in order."""
    speaker = _speaker(basis, restricted=restricted)
    for segment in basis.draft.include:
        yield _of_segment(basis.frame, speaker, "include", segment)
    for segment in basis.draft.exclude:
        yield _of_segment(basis.frame, speaker, "exclude", segment)
    for part in basis.draft.sub_audiences:
        condition = basis.frame.decides(part)
        if condition is not None:
            rules = basis.frame.rules_of(part)
            lines = tuple(_lines(basis.frame, speaker, rules))
            yield Question("sub_audience", part.name, condition, lines, part.id)


def _of_segment(frame: Frame, speaker: Speaker, kind: str, segment: Segment) -> Question:
    rules = frame.rules_of_segment(segment)
    return Question(kind, segment.name, frame.in_segment(segment), tuple(_lines(frame, speaker, rules)))


def _lines(frame: Frame, speaker: Speaker, rules: Rules) -> Iterator[tuple[str, exp.Expr]]:
    """Each condition in words and as an expression."""
    for side, paragraphs in ((rules.include, speaker.included(rules)), (rules.exclude, speaker.excluded(rules))):
        but = "but not: " if side is rules.exclude else ""
        said = [line for paragraph in paragraphs for line in paragraph.lines]
        for line, condition in zip(said, side.conditions, strict=True):
            words = f"{but}{line.subject} {line.verb} {line.values}".strip()
            yield words, frame.single(condition)


def _speaker(basis: Basis, *, restricted: bool) -> Speaker:
    named = {segment.pk: segment.name for segment in Segment.objects.filter(pk__in=basis.frame.rules)}
    return Speaker(basis.frame.schema, named, redact=restricted)


def _asked(basis: Basis, sought: str, questions: Sequence[Question], *, restricted: bool) -> exp.Select:
    """Key, place, and whether each question and each of its lines is true."""
    profiles = basis.frame.schema.profiles
    key = exp.column(profiles.key, table=profiles.table, quoted=True)
    truths = [truth for question in questions for truth in question.truths]
    return (
        exp.select(
            key,
            assignment.place(basis.campaign.assignment_key, key),
            *(exp.func("COALESCE", exp.paren(truth.copy()), exp.false()) for truth in truths),
        )
        .from_(exp.to_table(profiles.table, quoted=True))
        .where(is_sought(profiles, sought, redact=restricted))
        .order_by(key.copy())
    )


def _found(basis: Basis, session: EngineSession, questions: Sequence[Question], row: tuple[object, ...]) -> Found:
    key, place, *truths = row
    said = iter(truths)
    rules = tuple(Rule.of(question, [bool(next(said)) for _ in question.truths]) for question in questions)
    return Found(str(key), assignment.position_of(str(place)), rules, tuple(_assigned(basis, session, key)))


def _assigned(basis: Basis, session: EngineSession, key: object) -> Iterator[tuple[int, int]]:
    """Sub-audience and group of each place that the campaign assigns the customer to."""
    rows = basis.audience.assigned().subquery("assigned")
    columns = [exp.column(name, quoted=True) for name in (SUB_AUDIENCE, GROUP)]
    mine = exp.cast(exp.column(CUSTOMER, quoted=True), exp.DataType.Type.TEXT).eq(exp.Literal.string(str(key)))
    for part, group in session.rows(exp.select(*columns).from_(rows).where(mine)):
        yield int(str(part)), int(str(group))
