"""What people with restricted access see in place of personal data."""

from __future__ import annotations

REDACTED = "••••"
