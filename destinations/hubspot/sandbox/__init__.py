"""A faithful local HubSpot: the API with its limits, errors and quirks, and pages that show what arrived.

It needs neither Django settings nor a database server: `python -m destinations.hubspot.sandbox --help`.
"""

from __future__ import annotations
