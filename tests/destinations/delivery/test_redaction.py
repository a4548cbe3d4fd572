"""A report shows nobody what they may not see of the customers in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from destinations.delivery import files
from tenants.scope import tenant_scope
from tests.access.objects.deliveries import delivery as ended_delivery

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast


def test_a_key_that_is_personal_data_is_hidden_like_an_address(
    cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(cast.acme):
        made = ended_delivery(cast)
        rows = pq.read_table(files.path_of(made.outcomes_file))
        files.write_table(rows, made.outcomes_file, pii=("email", "key"))
    page = f"/t/acme/deliveries/{made.pk}/"

    assert "customer-0" in sign_in("ampiq_user").get(page).content.decode()
    restricted = sign_in("restricted_pii")
    assert "customer-0" not in restricted.get(page).content.decode()
    found = restricted.post(f"{page}search/", {"q": "customer-0"}).content.decode()
    assert "Nobody found" in found
    file = restricted.get(f"{page}report.csv").getvalue().decode()
    assert "redacted,redacted" in file
    assert "customer-0" not in file


def test_a_report_names_the_request_of_rows_for_which_there_was_one(
    cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    with tenant_scope(cast.acme):
        page = f"/t/acme/deliveries/{ended_delivery(cast).pk}/"
    browser = sign_in("ampiq_user")
    failed, delivered = (browser.get(f"{page}?tab={tab}").content.decode() for tab in ("failed", "delivered"))
    assert 'title="9c1f0f0e-8d0b"' in failed
    assert ">Request</th>" in failed
    assert "customer-1" in delivered
    assert ">Request</th>" not in delivered
