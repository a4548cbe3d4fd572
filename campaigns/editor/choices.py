"""What a person may choose from in the editor, and the names of what is already chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from campaigns.audience.framing import current_frame
from customer360.errors import Customer360Error
from destinations.models import DataTemplate
from segments.models import Segment
from segments.speaking import speaker_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.access import Access
    from campaigns.audience.planning import Frame
    from campaigns.editor.content import Content
    from segments.words import Speaker

GONE = "a segment that was deleted"


@dataclass(frozen=True)
class Choices:
    """Choices by id. `segments` and `templates` include those in use; `open_ids` are templates open to the person.

    With `hides_pii` the person sees no values of personal data.
    """

    segments: Mapping[int, Segment]
    templates: Mapping[int, DataTemplate]
    open_ids: frozenset[int]
    hides_pii: bool = False

    @cached_property
    def frame(self) -> Frame | None:
        """What conditions refer to now, read once; None while the tables can't be read."""
        try:
            return current_frame()
        except Customer360Error:
            return None

    @cached_property
    def speaker(self) -> Speaker | None:
        """Puts conditions into words for the person."""
        return speaker_of(self.frame.schema, redact=self.hides_pii) if self.frame else None

    def segment_name(self, segment_id: int) -> str:
        segment = self.segments.get(segment_id)
        return segment.name if segment else GONE

    def active_segment(self, segment_id: int) -> Segment | None:
        segment = self.segments.get(segment_id)
        return segment if segment and segment.status == Segment.Status.ACTIVE else None

    def open_template(self, template_id: int) -> DataTemplate | None:
        return self.templates.get(template_id) if template_id in self.open_ids else None

    @property
    def active_segments(self) -> list[Segment]:
        return [each for each in self.segments.values() if each.status == Segment.Status.ACTIVE]

    @property
    def open_templates(self) -> list[DataTemplate]:
        return [self.templates[each] for each in self.templates if each in self.open_ids]


def choices_for(access: Access, content: Content) -> Choices:
    """Makes two queries, however many choices there are."""
    used = {*content.include, *content.exclude, *(part.segment for part in content.parts if part.segment)}
    wanted = Q(pk__in=used) | Q(status=Segment.Status.ACTIVE, active_version__isnull=False)
    segments = Segment.objects.filter(wanted).defer("draft_rules").order_by("name")
    offered = DataTemplate.objects.visible_to(access).for_campaigns()
    assigned = {template for group in content.groups for template in group.templates}
    known = DataTemplate.objects.filter(Q(pk__in=offered.values("pk")) | Q(pk__in=assigned))
    is_open = Exists(offered.filter(pk=OuterRef("pk")))
    templates = known.select_related("destination").annotate(is_open=is_open).order_by("destination__name", "name")
    return Choices(
        segments={segment.pk: segment for segment in segments},
        templates={template.pk: template for template in templates},
        open_ids=frozenset(template.pk for template in templates if template.is_open),
        hides_pii=access.restricted_pii,
    )
