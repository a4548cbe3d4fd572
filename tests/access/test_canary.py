"""People with Restrict PII access see no personal data anywhere: every page and download, looked through.

All personal data of Acme begins with CANARY. Where other people see some, restricted people read the notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tenants.scope import tenant_scope
from tests.access.customers import make_customers
from tests.access.making import CANARY
from tests.access.matrix import Row, by_part, rows
from tests.access.objects.campaigns import campaign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.test import Client

    from tests.access.conftest import Ask, Walk
    from tests.cast import Cast

    SignIn = Callable[[str], Client]

NOTICE = "Some personally identifiable information has been redacted from these results."
SEEN_BY_RESTRICTED = [row for row in rows() if row.cells["restricted_pii"] == "yes"]

# Where personal data shows, and to whom; a page that shows some belongs here.
SINGING: dict[str, str] = {
    "campaigns/<int:campaign_id>/edit/": "ampiq_user",
    "deliveries/<int:delivery_id>/": "ampiq_user",
    "deliveries/<int:delivery_id>/report.csv": "ampiq_user",
    "imports/<int:import_id>/": "datagrid_operator",
    "queries/<int:query_id>/": "amp360_user",
    "queries/<int:query_id>/versions/": "amp360_user",
    "queries/runs/<int:run_id>/": "amp360_user",
    "queries/runs/<int:run_id>/download/": "amp360_user",
    "queries/versions/<int:version_id>/": "amp360_user",
    "segments/<int:segment_id>/": "ampiq_user",
    "segments/<int:segment_id>/customers/": "ampiq_user",
    "segments/<int:segment_id>/edit/": "ampiq_user",
    "segments/<int:segment_id>/edit/sql/": "ampiq_user",
    "segments/<int:segment_id>/sql/": "ampiq_user",
    "tables/<int:table_id>/sample/": "amp360_user",
}
# A file, or a sentence, has no place for the notice: it says so in the place of each value.
IN_PLACE = {
    "campaigns/<int:campaign_id>/edit/": "••••",
    "deliveries/<int:delivery_id>/report.csv": "redacted",
    "queries/runs/<int:run_id>/download/": "redacted",
}


@pytest.fixture
def acme_with_customers(cast: Cast) -> Cast:
    with tenant_scope(cast.acme):
        make_customers()
        campaign(cast)
    return cast


@by_part(SEEN_BY_RESTRICTED)
def test_no_canary_sings_to_restricted_people(
    few: Sequence[Row], acme_with_customers: Cast, sign_in: SignIn, walk: Walk
) -> None:
    visits = walk(few, {"restricted": sign_in("restricted_pii")})
    sung = [str(row) for row, _, answer in visits if CANARY in (answer.body + answer.location).lower()]
    assert not sung


@pytest.mark.parametrize(("pattern", "person"), SINGING.items())
def test_the_canary_sings_to_others_and_the_notice_tells_why_not(
    pattern: str, person: str, acme_with_customers: Cast, sign_in: SignIn, ask: Ask
) -> None:
    row = next(row for row in SEEN_BY_RESTRICTED if row.route.pattern == pattern)
    address = row.route.address(acme_with_customers, "acme")
    assert CANARY in ask(sign_in(person), "GET", address).body
    restricted = ask(sign_in("restricted_pii"), "GET", address).body
    assert IN_PLACE.get(pattern, NOTICE) in restricted


@pytest.mark.parametrize("text", [f"{CANARY}-ana@example.com", "customer-0"])
def test_restricted_people_find_a_row_by_its_key_only(
    text: str, acme_with_customers: Cast, sign_in: SignIn, ask: Ask
) -> None:
    row = next(row for row in SEEN_BY_RESTRICTED if row.route.pattern == "deliveries/<int:delivery_id>/search/")
    address = row.route.address(acme_with_customers, "acme")
    answer: Any = sign_in("restricted_pii").post(address, {"q": text})
    found = answer.content.decode()
    assert ("customer-0" in found) is (text == "customer-0")
    assert f"{CANARY}-ana@example.com" not in found.replace(f'value="{CANARY}-ana@example.com"', "")
