from __future__ import annotations

from typing import TYPE_CHECKING

from tests.access.making import made_for
from tests.library.models import Shelf

if TYPE_CHECKING:
    from tests.cast import Cast


@made_for("admin/library/shelf/")
def shelf(cast: Cast) -> Shelf:
    return Shelf.objects.create(name="Best sellers")
