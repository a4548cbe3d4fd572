"""Prints `email,verdict,reason` for each line of a file, by the rule that imports, segments and sends use."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from django.core.management.base import BaseCommand, CommandError
from sqlglot import exp

from customer360 import email
from customer360.engine import JOB, ArrowRelation, installed_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.management.base import CommandParser

VALID = "valid"


class Command(BaseCommand):
    help = "Prints email,verdict,reason for each line of a text file that holds one e-mail address a line."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a UTF-8 text file, one address a line")

    def handle(self, *, file: Path, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"There is no file {file}. Give the path of a text file with one address a line.")
        # Only a line feed ends a line: Python's splitlines also splits at characters that an address may contain.
        lines = file.read_text(encoding="utf-8-sig", errors="replace").removesuffix("\n").split("\n")
        report = csv.writer(self.stdout, lineterminator="\n")
        report.writerows(verdicts([line.removesuffix("\r") for line in lines]))


def verdicts(addresses: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each address as given, with its verdict and the reason in plain words, in the order given."""
    numbered = ArrowRelation(pa.table({"line": range(len(addresses)), "address": addresses}))
    query = (
        exp.select("address", email.verdict(exp.column("address")).as_("verdict")).from_("lines").order_by("line")
    )
    with installed_engine().open_session({"lines": numbered}, limits=JOB) as session:
        for batch in session.batches(query):
            for row in batch.to_pylist():
                code = row["verdict"]
                yield row["address"], code or VALID, email.REASONS.get(code, "")
