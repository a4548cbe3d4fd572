"""One request to the editor: the document, and everything its page or response is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from customer360.errors import Customer360Error
from customer360.models import Query
from runtime import clock
from segments.comparisons import Moment
from segments.editor.changes import nameless
from segments.editor.checking import circular, problems, without
from segments.editor.choices import Catalogue
from segments.editor.hints import hints
from segments.editor.shown import Scene, Shown
from segments.models import Segment
from segments.nesting import active_rules
from segments.personal import asks_about_pii
from segments.schema import current_schema
from segments.words import Speaker

if TYPE_CHECKING:
    from sqlglot import exp

    from accounts.typing import TenantRequest
    from segments.editor.document import Document, Routes, SegmentDraft
    from segments.rules import Rules
    from segments.schema import Schema
    from segments.words import Paragraph


@dataclass(frozen=True, slots=True)
class Arrangement:
    """An action on a whole section or condition."""

    how: str
    label: str
    icon: str


ARRANGEMENTS = (
    Arrangement("up", "Move up", "chevron-up"),
    Arrangement("down", "Move down", "chevron-down"),
    Arrangement("duplicate", "Duplicate", "copy"),
    Arrangement("remove", "Remove", "trash"),
)


@dataclass(frozen=True)
class Desk:
    """Reads each thing once, when it is first needed."""

    request: TenantRequest
    document: Document
    tables: Schema | None = None

    def of(self, document: Document) -> Self:
        """The same desk with this state of the document; the tables are not read again."""
        return replace(self, document=document, tables=self.schema)

    @property
    def rules(self) -> Rules:
        return self.document.rules

    @property
    def routes(self) -> Routes:
        return self.document.routes

    @cached_property
    def schema(self) -> Schema:
        return self.tables or current_schema()

    @cached_property
    def moment(self) -> Moment:
        zone = self.request.tenant.zone
        return Moment(clock.today(zone), zone)

    @cached_property
    def others(self) -> dict[int, Rules]:
        return active_rules()

    @cached_property
    def names(self) -> dict[int, str]:
        return dict(Segment.objects.values_list("pk", "name"))

    @cached_property
    def queries(self) -> dict[int, str]:
        """Names of the active queries, by id."""
        return dict(Query.objects.active().values_list("pk", "name"))

    @cached_property
    def problems(self) -> dict[str, str]:
        others = self.others if self.rules.segments else {}
        return problems(self.rules, self.schema, self.moment, others, segment=self._own_segment)

    @cached_property
    def shown(self) -> Shown:
        told = hints(self.rules, self.schema, self.moment.today)
        scene = Scene(self.schema, self.names, self.problems, self.queries, self.restricted, self.hidden, told)
        return Shown(self.rules, scene)

    @property
    def restricted(self) -> bool:
        return self.request.access.restricted_pii

    @cached_property
    def catalogue(self) -> Catalogue:
        names = {pk: self.names[pk] for pk in self.others if pk in self.names}
        circles = circular(self.others, self._own_segment)
        return Catalogue(self.schema, names, self.queries, circles, self.restricted, self.others)

    @property
    def speaker(self) -> Speaker:
        return Speaker(self.schema, self.names, self.restricted, self.queries)

    @property
    def included(self) -> tuple[Paragraph, ...]:
        return self.speaker.included(self.rules)

    @property
    def excluded(self) -> tuple[Paragraph, ...]:
        return self.speaker.excluded(self.rules)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Ids of the conditions about personal data, if this person may not see it."""
        if not self.restricted:
            return frozenset()
        return frozenset(
            each.id for each in self.rules.conditions if asks_about_pii([each], self.schema, self.others)
        )

    @cached_property
    def finished(self) -> Rules:
        """The rules without the conditions that can't be asked yet."""
        return without(self.rules, self.problems)

    @property
    def withholds(self) -> bool:
        """Whether this person may not know whom the rules find, because personal data decides it."""
        return self.restricted and asks_about_pii(self.finished.conditions, self.schema, self.others)

    @property
    def may_undo(self) -> bool:
        return self.document.may_undo(self.request.user)

    @property
    def within(self) -> exp.Expr | None:
        """The customers that the rules are limited to; None is everybody."""
        return None

    @property
    def whom(self) -> str:
        """The customers among whom the page counts, in words; empty is everybody."""
        return ""

    @property
    def also_counted(self) -> str:
        """The address the page fetches once it has the count; empty is none."""
        return ""

    @property
    def arrangements(self) -> tuple[Arrangement, ...]:
        return ARRANGEMENTS

    @cached_property
    def unreadable(self) -> str:
        """Why the tables can't be queried now; empty when they can."""
        try:
            self.schema  # noqa: B018  read for its error
        except Customer360Error as error:
            return str(error)
        return ""

    @property
    def _own_segment(self) -> int:
        """The segment these rules belong to, which they may not ask about; 0 is none."""
        return self.document.segment.pk if self.document.segment else 0


@dataclass(frozen=True)
class SegmentDesk(Desk):
    """The desk for a segment's draft, which can be undone, redone and activated here."""

    document: SegmentDraft

    @property
    def segment(self) -> Segment:
        return self.document.segment

    @property
    def may_redo(self) -> bool:
        return self.document.may_redo(self.request.user)

    @property
    def is_ahead(self) -> bool:
        """Whether the draft differs from the active version."""
        active = self.segment.active_version
        return active is None or nameless(active.parsed) != nameless(self.rules)

    @property
    def hindrance(self) -> str:
        """Why the draft can't be activated; empty when it can."""
        if self.unreadable:
            return self.unreadable
        if self.problems:
            return f"Not finished: {len(self.problems)} of the conditions."
        if self.withholds:
            return "Personal data decides who this finds. Ask someone who may see it to activate the segment."
        unchanged = self.segment.status == Segment.Status.ACTIVE and not self.is_ahead
        return "There is no change to activate." if unchanged else ""

    @property
    def may_activate(self) -> bool:
        return self.request.access.can("segment:activate")
