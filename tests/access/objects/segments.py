from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.models import Table
from segments.files.services import ask_for_file, write_file
from segments.models import CustomerFile, Segment, SegmentVersion
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from tests.access.customers import make_customers
from tests.access.making import CANARY, made_for

if TYPE_CHECKING:
    from tests.cast import Cast

NAMED = AttributeCondition(attribute="email", operator=Operator.CONTAINS, values=(f"{CANARY}-ana",))
RULES = Rules(include=Group(sections=(Section(conditions=(NAMED,)),)))


@made_for("segments/<int:segment_id>/")
def segment(cast: Cast) -> Segment:
    """It asks for a person by e-mail address, which is personal data in the rules themselves."""
    made, _created = Segment.objects.get_or_create(
        name="Lapsed", defaults={"draft_rules": RULES.model_dump(mode="json")}
    )
    return made


@made_for("segments/files/<int:file_id>/")
def file(cast: Cast) -> CustomerFile:
    """The administrator's own; nobody else has to do with it."""
    if not Table.objects.filter(name="Customer360").exists():
        make_customers()
    asked = ask_for_file(segment=segment(cast), actor=cast["datagrid_administrator"], restricted_pii=False)
    write_file(file_id=asked.pk)
    return asked


@made_for("segments/<int:segment_id>/versions/<int:number>/")
def version(cast: Cast) -> SegmentVersion:
    made, _created = SegmentVersion.objects.get_or_create(
        segment=segment(cast), number=1, defaults={"rules": RULES.model_dump(mode="json")}
    )
    return made
