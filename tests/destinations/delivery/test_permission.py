"""A delivery goes on only by a person who could have started it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from destinations.delivery import files
from destinations.delivery.models import Delivery
from destinations.models import Destination
from tenants.scope import tenant_scope
from tests.access.objects.deliveries import delivery as ended_delivery
from tests.access.objects.destinations import credential

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

NOT_OPEN = "The destination of this delivery is not open to you"


@pytest.fixture
def delivery(cast: Cast) -> Delivery:
    """To a destination that is for operators who may see personal data only."""
    with tenant_scope(cast.acme):
        destination = Destination.objects.create(name="Closed", credential=credential(cast))
        made = ended_delivery(cast)
        made.connector = made.connector.model_copy(update={"destination_id": destination.pk})
        made.save()
        return made


@pytest.mark.parametrize("person", ["ampiq_user", "restricted_pii"])
@pytest.mark.parametrize("step", ["approve", "resume", "retry"])
def test_a_destination_that_is_not_open_gets_nothing_more_from_this_person(
    person: str, step: str, delivery: Delivery, cast: Cast, sign_in: Callable[[str], Client]
) -> None:
    answer = sign_in(person).post(f"/t/acme/deliveries/{delivery.pk}/{step}/", follow=True)

    assert NOT_OPEN in answer.content.decode()
    with tenant_scope(cast.acme):
        assert Delivery.objects.count() == 1


def test_an_operator_may_send_on(delivery: Delivery, sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("datagrid_operator").post(f"/t/acme/deliveries/{delivery.pk}/retry/", follow=True)

    assert NOT_OPEN not in answer.content.decode()


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
