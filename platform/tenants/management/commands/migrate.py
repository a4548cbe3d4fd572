from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.management.commands import migrate

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(migrate.Command):
    """Django's own command, on the owner's connection unless told otherwise."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")
