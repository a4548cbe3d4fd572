from __future__ import annotations

from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from destinations.hubspot.sandbox import command


class Command(BaseCommand):
    help = (
        "Runs a faithful local HubSpot account: its API, its limits and errors, and pages that show what arrived."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        command.run(Namespace(**options))
