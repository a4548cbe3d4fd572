"""What others refuse on the way of a campaign, each with words for people."""

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
"""In the place of words that are none for people."""
