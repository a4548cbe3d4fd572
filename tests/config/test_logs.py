"""Logs carry ids, never an e-mail address or a token."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog
from django.core.exceptions import PermissionDenied

from config.logs import configure_logs
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers, logging.root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_in_production_is_json_with_the_tenant(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(json=True, level="INFO")
    with tenant_scope(7):
        logging.getLogger("somewhere").info("slice done", extra={"slice_id": 3})
    (line,) = lines(capsys)
    assert (line["event"], line["tenant_id"], line["slice_id"], line["level"]) == ("slice done", 7, 3, "info")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("sent to ana.ruiz@example.com.", "sent to [e-mail]"),
        ("id 'ana+x@exämple.de' is unknown", "id '[e-mail]' is unknown"),
        ("Gone: /invitations/WzEsMSwieCJd:1xU:Yza-8/", "Gone: /invitations/[token]/"),
        ("Not Found: /accounts/password/reset/key/4-d6x/", "Not Found: /accounts/password/reset/key/[token]/"),
        ("Authorization: Bearer CJ1-secret.token=", "Authorization: [token]"),
        ("token pat-na1-11223344-abcd", "token [token]"),
    ],
)
def test_personal_data_and_tokens_do_not_reach_a_log(
    capsys: pytest.CaptureFixture[str], text: str, cleaned: str
) -> None:
    configure_logs(json=True, level="INFO")
    logging.getLogger("somewhere").warning(text)
    structlog.get_logger("elsewhere").warning("event", detail=text)
    plain, structured = lines(capsys)
    assert plain["event"] == cleaned
    assert structured["detail"] == cleaned


def test_a_long_word_is_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Looked at anew from each of its letters, this one would take the better part of an hour."""
    configure_logs(json=True, level="INFO")
    logging.getLogger("somewhere").warning("Not Found: /%s ana@example.com", "9" * 1_000_000)
    (line,) = lines(capsys)
    assert str(line["event"]).endswith("999 [e-mail]")


def test_an_exception_is_logged_without_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(json=True, level="INFO")
    try:
        message = "no contact ana@example.com"
        raise LookupError(message)  # noqa: TRY301  the traceback is what is tested
    except LookupError:
        logging.getLogger("somewhere").exception("lookup failed")
    (line,) = lines(capsys)
    assert "ana@example.com" not in str(line)
    assert "LookupError" in str(line["exception"])


def test_the_query_of_a_request_is_not_logged(capsys: pytest.CaptureFixture[str], client: Client) -> None:
    configure_logs(json=True, level="INFO")
    client.get("/no/such/page/", {"code": "na1-granted"})
    (line,) = lines(capsys)
    assert line["event"] == "Not Found: /no/such/page/"
    assert "na1-granted" not in str(line)


@pytest.mark.parametrize(("exception", "told"), [(PermissionDenied("no"), False), (ValueError("no"), True)])
def test_only_a_fault_is_told_with_its_traceback(
    capsys: pytest.CaptureFixture[str], exception: Exception, *, told: bool
) -> None:
    configure_logs(json=True, level="INFO")
    logging.getLogger("somewhere").warning("refused", exc_info=exception)
    (line,) = lines(capsys)
    assert ("exception" in line) is told
