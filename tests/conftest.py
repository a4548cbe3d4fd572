from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Database tests see both aliases: the application's role runs the code, the owner creates and flushes."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None and "databases" not in marker.kwargs:
            options = {**marker.kwargs, "databases": ["default", "owner"]}
            item.add_marker(pytest.mark.django_db(**options), append=False)
