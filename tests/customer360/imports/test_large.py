"""A file of a gigabyte, made while it is sent: it goes to the disk as it comes, through memory piece by piece."""

from __future__ import annotations

import http.client
import re
import resource
import sys
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from customer360 import storage
from customer360.imports.services import import_file
from customer360.models import Import
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django.live_server_helper import LiveServer

    from tests.cast import Cast

HEADER = b"customer_id,email,city,joined,value\n"
ROW = b"C%09d,person%09d@example.com,Hull,2026-01-31,12.50\n"
ROW_BYTES = len(ROW % (0, 0))
PIECE_ROWS = 20_000
GIGABYTE = 10**9
PIECES = GIGABYTE // (PIECE_ROWS * ROW_BYTES) + 1
BOUNDARY = b"----muster"


def pieces() -> Iterator[bytes]:
    """A file of a gigabyte, each row with a key of its own."""
    yield HEADER
    for first in range(0, PIECES * PIECE_ROWS, PIECE_ROWS):
        yield b"".join(ROW % (number, number) for number in range(first, first + PIECE_ROWS))


def peak_of_memory() -> int:
    """The most that this process, which is the web server too, has held so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def posted(client: Client, address: str, token: str) -> tuple[int, str]:
    """Sends the file as a browser does, in pieces as it is made; the answer's status, and where it leads."""
    start = (
        b'--%b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n%b\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="table"\r\n\r\n\r\n'
        b'--%b\r\nContent-Disposition: form-data; name="file"; filename="large.csv"\r\n'
        b"Content-Type: text/csv\r\n\r\n"
    ) % (BOUNDARY, token.encode(), BOUNDARY, BOUNDARY)
    end = b"\r\n--%b--\r\n" % BOUNDARY
    length = len(start) + len(HEADER) + PIECES * PIECE_ROWS * ROW_BYTES + len(end)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)) as connection:
        connection.putrequest("POST", urlsplit(address).path)
        connection.putheader("Cookie", cookies)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY.decode()}")
        connection.putheader("Content-Length", str(length))
        connection.endheaders(start)
        for piece in pieces():
            connection.send(piece)
        connection.send(end)
        answer = connection.getresponse()
        return answer.status, answer.headers["Location"]


@pytest.mark.long
def test_a_gigabyte_is_uploaded_and_looked_at_in_bounded_memory(
    cast: Cast, live_server: LiveServer, sign_in: Callable[[str], Client]
) -> None:
    client = sign_in("datagrid_operator")
    page = client.get("/t/acme/imports/new/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    before = peak_of_memory()
    status, location = posted(client, f"{live_server.url}/t/acme/imports/upload/", token[1])
    assert (status, peak_of_memory() - before < 150_000_000) == (302, True)
    with tenant_scope(cast.acme):
        proposed = Import.objects.get()
        assert location == f"/t/acme/imports/{proposed.pk}/"
        upload = storage.path_of(proposed.upload)
        assert upload.stat().st_size >= GIGABYTE
        upload.unlink()


@pytest.mark.chaos
def test_a_gigabyte_becomes_a_table_in_bounded_memory(cast: Cast, tmp_path: Path) -> None:
    source = tmp_path / "large.csv"
    with source.open("wb") as file:
        file.writelines(pieces())
    before = peak_of_memory()
    with tenant_scope(cast.acme):
        ended = import_file(source=source, table_name="Large", key_column="customer_id")
    source.unlink()
    assert (ended.reject_count, ended.row_count) == (0, PIECES * PIECE_ROWS)
    assert peak_of_memory() - before < 2 * 1024**3
