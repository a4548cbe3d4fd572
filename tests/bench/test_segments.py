"""What it takes to count segments, to see all that is known of one, and to bring data in."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import statistics
import time
from typing import TYPE_CHECKING

import duckdb
import pytest
from django.db import connections
from sqlglot import exp

from customer360.engine import JOB, installed_engine
from customer360.imports.services import import_file
from customer360.models import Import, Table
from segments.insights import Question, insights
from segments.insights.breakdowns import breakdowns
from segments.nesting import present_moment
from segments.operators import Operator
from segments.rules import (
    AggregateCondition,
    AttributeCondition,
    Condition,
    Group,
    Measure,
    RelativeDate,
    Rules,
    Section,
    Unit,
    Window,
)
from tenants.scope import tenant_scope
from tests.bench import generated
from tests.bench.postgres import counted_by_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path

    from pytest_django import Settings

    from tenants.models import Tenant
    from tests.bench.generated import Brand

    Measured = Callable[..., None]

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

SIZES = [int(size) for size in os.environ.get("MUSTER_BENCH_CUSTOMERS", "1000000,10000000").split(",")]
SMALLEST = SIZES[0]
TIMES = 7
GIB = 1024


@pytest.fixture(params=SIZES, ids="{:,} customers".format)
def brand(request: pytest.FixtureRequest) -> Brand:
    return generated.brand(request.param)


@pytest.fixture
def in_acme(acme: Tenant, settings: Settings) -> Iterator[None]:
    """Acme's data lies beside the generated files, so that it can be links to them."""
    settings.DATA_DIR = generated.FOLDER / "data"
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    with tenant_scope(acme):
        yield
    shutil.rmtree(settings.DATA_DIR)


@pytest.fixture
def tables(in_acme: None, brand: Brand) -> tuple[Table, Table]:
    return generated.load(brand)


def test_counting_and_insights(brand: Brand, tables: tuple[Table, Table], measure: Measured) -> None:
    size = f"{brand.customers:,}"
    large = brand.customers == max(SIZES)
    told(measure, f"count with five conditions, {size} customers", counting(FIVE), "ms", 150 if large else None)
    told(measure, f"count by orders of a year, {size}", counting(BOUGHT_THIS_YEAR), "s", 2 if large else None)
    told(
        measure,
        f"count by orders of all time, as a job, {size}",
        seconds_of(lambda: count_as_job(BOUGHT_EVER), 3),
        "s",
    )
    told(measure, f"all insights of a segment, {size}", seconds_of(lambda: all_insights(FIVE), 5), "s", 3)
    told(measure, f"all insights of everybody, {size}", seconds_of(lambda: all_insights(Rules()), 3), "s")


def test_memory_of_counting(brand: Brand, tables: tuple[Table, Table], measure: Measured) -> None:
    _, mebibytes = in_a_process_of_its_own(lambda: [count_as_job(BOUGHT_EVER), insights(FIVE), insights(Rules())])
    measure(f"memory of counting and insights, {brand.customers:,}", mebibytes, "MiB", at_most=2 * GIB)


def test_import_of_a_text_file(in_acme: None, brand: Brand, measure: Measured, tmp_path: Path) -> None:
    alone, _ = in_a_process_of_its_own(
        lambda: import_by_duckdb_alone(brand.text, generated.FOLDER / "alone.parquet")
    )
    seconds, mebibytes = in_a_process_of_its_own(lambda: import_customers(brand))
    (generated.FOLDER / "alone.parquet").unlink()
    measure(f"import of {brand.customers:,} customers as CSV", seconds, "s")
    measure(f"the same by DuckDB alone, {brand.customers:,}", alone, "s")
    measure(f"import beside DuckDB alone, {brand.customers:,}", seconds / alone, "times", at_most=1.3)
    measure(f"memory of the import, {brand.customers:,}", mebibytes, "MiB", at_most=2 * GIB)


def test_a_hundred_changed_customers(
    brand: Brand, tables: tuple[Table, Table], measure: Measured, tmp_path: Path
) -> None:
    changes = tmp_path / "changes.csv"
    before = statistics.median(counting(FIVE))
    took = []
    for number in range(3):
        changed_customers(brand, changes, number)
        took += seconds_of(lambda: upsert(tables[0], changes), times=1)
    after = statistics.median(counting(FIVE))
    told(measure, f"upsert of 100 rows into {brand.customers:,}", took, "s", 1)
    measure(f"next count beside the one before, {brand.customers:,}", after / before, "times", at_most=1.2)


def test_the_same_count_by_postgresql(in_acme: None, measure: Measured) -> None:
    brand = generated.brand(SMALLEST)
    generated.load(brand)
    moment = present_moment()
    by_postgres = counted_by_postgres(brand, moment.today, times=TIMES)
    for name, rules in {"five conditions": FIVE, "orders of a year": BOUGHT_THIS_YEAR}.items():
        theirs, ours = by_postgres[name], counting(rules)
        assert theirs.found == count(rules)
        told(measure, f"PostgreSQL, {name}, {SMALLEST:,}", theirs.seconds, "s")
        measure(
            f"PostgreSQL beside Muster, {name}, {SMALLEST:,}",
            statistics.median(theirs.seconds) / statistics.median(ours),
            "times",
        )


def including(*conditions: Condition) -> Rules:
    return Rules(include=Group(sections=(Section(conditions=conditions),)))


def attribute(name: str, operator: Operator, *values: str | RelativeDate) -> AttributeCondition:
    return AttributeCondition(attribute=name, operator=operator, values=values)


def bought(window: Window) -> Rules:
    return including(
        AggregateCondition(
            table="Orders", measure=Measure.COUNT, window=window, operator=Operator.AT_LEAST, values=("2",)
        )
    )


FIVE = including(
    attribute("country", Operator.IN_LIST, "United Kingdom", "Germany"),
    attribute("loyalty_points", Operator.AT_LEAST, "3000"),
    attribute("opted_in_email", Operator.IS_TRUE),
    attribute("lifetime_value", Operator.GREATER, "1000"),
    attribute("last_seen", Operator.AFTER, RelativeDate(ago=1, unit=Unit.YEARS)),
)
BOUGHT_THIS_YEAR = bought(Window(last=1, unit=Unit.YEARS))
BOUGHT_EVER = bought(Window())


def count(rules: Rules) -> int:
    """As a page counts, everything included."""
    question = Question.about(rules)
    with question.session() as session:
        return int(str(session.one(question.matching(exp.Count(this=exp.Star())))[0]))


def count_as_job(rules: Rules) -> int:
    """With a job's time, as a campaign that is sent."""
    question = Question.about(rules)
    with installed_engine().open_session(question.relations, limits=JOB) as session:
        return int(str(session.one(question.matching(exp.Count(this=exp.Star())))[0]))


def all_insights(rules: Rules) -> None:
    """What the page of a segment's insights asks: key figures, and charts of six attributes."""
    insights(rules)
    breakdowns(
        rules, ["country", "loyalty_tier", "opted_in_email", "loyalty_points", "last_order", "lifetime_value"]
    )


def counting(rules: Rules) -> list[float]:
    return seconds_of(lambda: count(rules))


def seconds_of(work: Callable[[], object], times: int = TIMES) -> list[float]:
    """Seconds of each of several runs; when there is more than one, a first that fills the caches is left out."""
    if times > 1:
        work()
    return [_seconds(work) for _ in range(times)]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def told(measure: Measured, name: str, seconds: list[float], unit: str, at_most: float | None = None) -> None:
    """The median against its target, the fastest and the slowest beside it."""
    factor = {"s": 1, "ms": 1000}[unit]
    for word, value in {"fastest": min(seconds), "slowest": max(seconds)}.items():
        measure(f"{name}: {word}", value * factor, unit)
    measure(name, statistics.median(seconds) * factor, unit, at_most=at_most)


def import_by_duckdb_alone(text: Path, target: Path) -> None:
    """Read and written as an import writes, typed by what DuckDB finds out, and nothing looked at."""
    with duckdb.connect(config={"memory_limit": "1GiB", "threads": 2}) as engine:
        engine.execute(f"COPY (FROM read_csv('{text}')) TO '{target}' ({generated.FORM_OF_FILES})")


def import_customers(brand: Brand) -> None:
    import_file(
        source=brand.text,
        table_name="Imported",
        role=Table.Role.CUSTOMER_PROFILES,
        key_column="customer_id",
    )


def changed_customers(brand: Brand, path: Path, number: int) -> None:
    """A hundred customers from everywhere in the table, each with a new value."""
    step = brand.customers // 100
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT * REPLACE (1234.5 AS lifetime_value)"
            f" FROM (SELECT *, row_number() OVER () AS place FROM read_csv('{brand.text}', all_varchar = true))"
            f" WHERE place % {step} = {number} ) TO '{path}' (FORMAT CSV, HEADER)"
        )


def upsert(table: Table, changes: Path) -> None:
    import_file(source=changes, table_name=table.name, mode=Import.Mode.UPSERT)


def in_a_process_of_its_own(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the work, and MiB of memory at its peak."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_report, args=(work, theirs))
    process.start()
    theirs.close()
    seconds, mebibytes = ours.recv()
    process.join()
    return seconds, mebibytes


def _report(work: Callable[[], object], report: Connection) -> None:
    seconds = _seconds(work)
    report.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
