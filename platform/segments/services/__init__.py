"""Changes to segments."""

from __future__ import annotations

from segments.services.drafts import create_segment, describe_segment, draft_at, edit_draft, make_again, take_back
from segments.services.lifecycle import (
    activate_segment,
    archive_segment,
    copy_segment,
    delete_segment,
    restore_version,
    unarchive_segment,
    withdraw_segment,
)

__all__ = [
    "activate_segment",
    "archive_segment",
    "copy_segment",
    "create_segment",
    "delete_segment",
    "describe_segment",
    "draft_at",
    "edit_draft",
    "make_again",
    "restore_version",
    "take_back",
    "unarchive_segment",
    "withdraw_segment",
]
