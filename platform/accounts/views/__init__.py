from __future__ import annotations

from accounts.views.refusals import refused

__all__ = ["refused"]
