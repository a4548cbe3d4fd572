"""Settings of every destination, whatever its plugin; each plugin adds its own in a subclass."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from destinations.asking import Asked
from destinations.delivery.specs import ForeignMembers, Guards

FOREIGN_MEMBERS = Asked(
    label="Members not added by Muster",
    help="People who were added to the list at the destination itself.",
    choices={
        ForeignMembers.REMOVE: "Remove: the list matches the audience",
        ForeignMembers.KEEP: "Keep: members added by others stay",
    },
)
QUOTA_SHARE = Asked(
    label="Share of the account's calls, in percent",
    help="The rest is left for other apps of the account.",
    section="Limits",
    least=1,
    most=100,
)
DAILY_CALLS = Asked(
    label="Calls a day",
    help="How many calls Muster may make a day, where the destination does not tell what the account has left, as"
    " with OAuth. Empty: no limit of ours.",
    section="Limits",
    least=1,
)


class DestinationSettings(BaseModel):
    """A setting annotated with `Asked` becomes a field of the destination's form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    create_new_contacts: Annotated[
        bool,
        Asked(
            label="Create new contacts?",
            help="Off: only contacts that exist are updated, and the report names customers that were not found.",
        ),
    ] = False
    foreign_members: Annotated[ForeignMembers, FOREIGN_MEMBERS] = ForeignMembers.REMOVE
    guards: Guards = Guards()
    # Percentage of the account's calls that Muster may use; the rest is left to other apps.
    quota_share: Annotated[int, Field(ge=1, le=100), QUOTA_SHARE] = 100
    # Calls a day that Muster may use, where the destination does not report the account's limit.
    daily_calls: Annotated[int | None, Field(ge=1), DAILY_CALLS] = None
