"""Which texts people without access to personal data may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.access import access_of
from customer360.queries.legibility import UNREADABLE, is_legible, redacted

if TYPE_CHECKING:
    from tests.cast import Cast

HARMLESS = [
    "SELECT id, email FROM Customer360 WHERE country = 'Spain'",
    "SELECT country, count(email) AS n FROM Customer360 GROUP BY country HAVING count(*) > 2",
    "SELECT email FROM Customer360 UNION ALL SELECT email FROM Customer360".replace("UNION ALL", "WHERE 1 = 1 --"),
]
TELLING = [
    "SELECT id FROM Customer360 WHERE email = 'ann@example.com'",
    "SELECT CASE WHEN name = 'Ann' THEN 1 END AS is_ann FROM Customer360",
    "SELECT id FROM (SELECT id, lower(email) = 'ann@example.com' AS is_ann FROM Customer360) t",
    "SELECT c.id FROM Customer360 c JOIN (VALUES ('ann@example.com')) v(e) ON v.e = c.email",
    "SELECT count(*) FILTER (WHERE email IN ('ann@example.com')) AS n FROM Customer360",
    "SELECT email FROM Customer360 UNION ALL SELECT 'ann@example.com'",
    "SELECT id FROM Customer360 WHERE EXISTS (SELECT 1 FROM Customer360 o WHERE o.email = 'ann@example.com')",
    "SELECT id FROM Customer360 WHERE email = 'ann@example.com",
    "SELECT gone FROM Customer360 WHERE email = 'ann@example.com'",
]


@pytest.mark.django_db
@pytest.mark.usefixtures("customers")
def test_values_beside_personal_data_are_shown_to_their_author_and_to_unrestricted_people_only(cast: Cast) -> None:
    author, reader = cast["amp360_user"], cast["restricted_pii"]
    restricted = access_of(reader, cast.acme)
    assert [sql for sql in HARMLESS if not is_legible(sql, restricted, author=author, reader=reader)] == []
    assert [sql for sql in TELLING if is_legible(sql, restricted, author=author, reader=reader)] == []
    assert all(is_legible(sql, restricted, author=reader, reader=reader) for sql in TELLING)
    assert all(is_legible(sql, access_of(author, cast.acme), author=None, reader=author) for sql in TELLING)


@pytest.mark.parametrize(
    "sql", [*TELLING, "SELECT $$ann$$, E'ann', 'a''ann' -- ann\n/* ann */ FROM t WHERE n = 1"]
)
def test_a_redacted_text_has_its_lines_and_none_of_its_values(sql: str) -> None:
    shown = redacted(sql)
    assert "ann" not in shown.replace("is_ann", "").lower()
    assert shown == UNREADABLE or (shown.startswith("SELECT") and shown.count("\n") == sql.count("\n"))
