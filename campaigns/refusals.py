"""The refusals that other apps raise while a campaign is sent, each with a message for people."""

from __future__ import annotations

from customer360.engine.errors import EngineError
from customer360.errors import Customer360Error
from destinations.delivery.connecting import TargetTaken
from destinations.delivery.refusals import DeliveryRefusedError
from destinations.errors import NameTemplateError
from segments.errors import SegmentError

COUNTING = (Customer360Error, EngineError, SegmentError)
SENDING = (*COUNTING, TargetTaken, NameTemplateError, DeliveryRefusedError)

UNEXPECTED = "Something unexpected happened, so nothing was sent. The log has the details."
"""Shown in place of errors that are not meant for people."""
