"""A report shows nobody what they may not see of the customers in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from accounts.access import access_of
from destinations.delivery import files, services
from destinations.delivery.models import Delivery
from destinations.delivery.specs import Scope
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


def test_what_follows_an_audience_of_personal_data_is_withheld_until_that_is_replaced(cast: Cast) -> None:
    personal, harmless = True, False
    sends = (
        (personal, Scope.DRY_RUN, Delivery.Status.COMPLETED),
        (harmless, Scope.FULL, Delivery.Status.COMPLETED_WITH_ERRORS),
        (personal, Scope.SAMPLE, Delivery.Status.COMPLETED),
        (harmless, Scope.DRY_RUN, Delivery.Status.COMPLETED),
        (harmless, Scope.FULL, Delivery.Status.FAILED),
        (harmless, Scope.FULL, Delivery.Status.COMPLETED_WITH_ERRORS),
        (harmless, Scope.FULL, Delivery.Status.COMPLETED),
        (personal, Scope.RETRY, Delivery.Status.COMPLETED),
        (harmless, Scope.RESEND, Delivery.Status.COMPLETED),
        (personal, Scope.FULL, Delivery.Status.COMPLETED),
        (harmless, Scope.SAMPLE, Delivery.Status.COMPLETED),
        (harmless, Scope.FULL, Delivery.Status.COMPLETED),
        (harmless, Scope.FULL, Delivery.Status.HELD),
    )
    with tenant_scope(cast.acme):
        first = ended_delivery(cast)
        reader, marketer = (access_of(cast[name], cast.acme) for name in ("restricted_pii", "ampiq_user"))
        made = [started(first, decided_by_pii, scope, status) for decided_by_pii, scope, status in sends]
        follow = [each.audience.follows_pii for each in made]
        assert follow == [False, False, False, *[True] * 4, False, True, False, True, True, False]
        withheld = [each.is_withheld_from(reader) for each in made]
        assert withheld == [each.audience.decided_by_pii or each.audience.follows_pii for each in made]
        assert not any(each.is_withheld_from(marketer) for each in made)
        unknown = first.audience.model_dump(exclude={"decided_by_pii"})
        Delivery.objects.filter(pk=made[-1].pk).update(audience=unknown, status=Delivery.Status.STOPPED)
        assert started(first, harmless, Scope.FULL, Delivery.Status.HELD).audience.follows_pii, "nobody asked then"


def started(first: Delivery, decided_by_pii: bool, scope: Scope, status: Delivery.Status) -> Delivery:  # noqa: FBT001 - a case
    """A delivery to the same target, which then comes to this."""
    made = services.start_delivery(
        target=first.target,
        audience=first.audience.model_copy(update={"decided_by_pii": decided_by_pii}),
        mapping=first.mapping,
        connector=first.connector,
        started_by=None,
        scope=scope,
    )
    Delivery.objects.filter(pk=made.pk).update(status=status)
    return Delivery.objects.get(pk=made.pk)


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
