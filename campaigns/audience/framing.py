"""What a campaign's conditions refer to: things as they are now, or as a run has pinned them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.audience.planning import Frame
from segments.comparisons import Moment
from segments.nesting import active_rules, present_moment
from segments.schema import current_schema
from tenants.models import Tenant

if TYPE_CHECKING:
    from campaigns.models import CampaignRun


def current_frame() -> Frame:
    """The active segments as of today. Raises NoSuchTableError while there are no customer profiles."""
    return Frame(current_schema(), present_moment(), active_rules())


def frame_of_run(run: CampaignRun) -> Frame:
    """The segments in the versions that the run has pinned, as of the day on which it began."""
    zone = Tenant.objects.get(pk=run.tenant_id).zone
    pinned = run.run_segments.select_related("segment_version")
    rules = {each.segment_version.segment_id: each.segment_version.parsed for each in pinned}
    return Frame(current_schema(), Moment(run.started_at.astimezone(zone).date(), zone), rules)


def segments_in_words(run: CampaignRun) -> list[str]:
    """“Lapsed 90 days v7”, for every segment that decided who is in the run."""
    pinned = run.run_segments.select_related("segment_version__segment")
    return [str(each.segment_version) for each in pinned]
