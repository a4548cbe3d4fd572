"""The demo from raw data to a first campaign that has arrived, in repeatable steps."""

from __future__ import annotations

import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from campaigns.models import CampaignRun, RunDelivery
from campaigns.services.sending import start_send
from demo import comparison, expectation, people, telling
from demo.datasets import DatasetFiles, build, weeks_until
from demo.first_campaign import make_campaign, make_destination
from demo.stage import HARBOUR_COFFEE, ONLINE_RETAIL, Brand, raise_brand
from runtime import clock
from runtime.errors import LaunchError
from tenants.models import Tenant
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.processes import Addresses
    from destinations.delivery.models import Delivery

SECONDS_FOR_A_SEND = 180
SECONDS_BETWEEN_LOOKS = 0.5


def files_of(brand: Brand) -> DatasetFiles:
    """The brand's data, generated at the first call and kept: its dates end in the week before that."""
    folder = Path(settings.DATA_DIR) / "demo" / brand.slug
    files = DatasetFiles.within(folder)
    if not files.exist:
        build(brand.dataset, folder, weeks=weeks_until(clock.now().astimezone(ZoneInfo(brand.time_zone))))
    return files


class NotSentError(LaunchError):
    """The first campaign did not get through in time."""


class Scene:
    """`say` tells the person what happens. Whatever was done before, even by a demo that was killed, stays."""

    def __init__(self, addresses: Addresses, say: Callable[[str], None]) -> None:
        self.addresses = addresses
        self._say = say

        self.retail_files = files_of(ONLINE_RETAIL)

    @cached_property
    def tenant(self) -> Tenant:
        return Tenant.objects.get(slug=ONLINE_RETAIL.slug)

    def load(self) -> None:
        for brand in (ONLINE_RETAIL, HARBOUR_COFFEE):
            self._say(f"Loading {brand.name}")
            raise_brand(brand, files_of(brand))

    def send(self) -> None:
        """Sends the first campaign unless it was sent before, and waits for its end."""
        with tenant_scope(self.tenant):
            template = make_destination(people.join(people.ADMINISTRATOR))
            marketer = people.join(people.MARKETER)
            campaign = make_campaign(template, marketer)
            if not campaign.runs.exists():
                self._say(f"Sending “{campaign}” to HubSpot, which is the sandbox at {self.addresses.sandbox}")
                start_send(campaign=campaign, actor=marketer)
            self._wait(campaign.runs.earliest("number"))

    def _wait(self, run: CampaignRun) -> None:
        deadline = time.monotonic() + SECONDS_FOR_A_SEND
        told = ""
        while not run.has_ended:
            if time.monotonic() > deadline:
                raise NotSentError("The first campaign has not arrived in time. The log above says why.")
            told = self._tell_progress(run, told)
            time.sleep(SECONDS_BETWEEN_LOOKS)
            run.refresh_from_db()
        if run.problem:
            raise NotSentError(f"The first campaign was not sent: {run.problem}")

    def _tell_progress(self, run: CampaignRun, told: str) -> str:
        words = telling.progress(run)
        if words != told:
            self._say(words)
        return words

    def tell(self) -> None:
        """What arrived, and where to look at it."""
        with tenant_scope(self.tenant):
            run, delivery = self._first_run
            self._say(telling.what_arrived(run, delivery))
        self._say(telling.where_to_go(self.addresses))

    def differences(self) -> list[str]:
        """Between the sandbox's list and what was meant; nothing when all is well."""
        with tenant_scope(self.tenant):
            run, delivery = self._first_run
            local_day = run.started_at.astimezone(self.tenant.zone).date()
            expected = expectation.expected_of(
                self.retail_files, assignment_key=run.campaign.assignment_key, today=local_day
            )
            list_name = delivery.target.spec.list.name
            return comparison.differences(
                run, delivery.tally, expected, sandbox=self.addresses.sandbox, list_name=list_name
            )

    @property
    def _first_run(self) -> tuple[CampaignRun, Delivery]:
        sent = RunDelivery.objects.select_related("delivery__target", "run_group__run__campaign").earliest("pk")
        return sent.run_group.run, sent.delivery
