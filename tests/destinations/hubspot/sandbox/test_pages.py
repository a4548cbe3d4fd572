from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import requests

    from tests.sandbox import Sandbox

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    ids = sandbox.add_contacts("ana@example.com", firstname="Ana", city=EVIL)
    sandbox.add_contacts("bruno@example.com", firstname="Bruno")
    sandbox.add_secondary("ana@example.com", "ana2@example.org")
    sandbox.call("POST", "/crm/lists/2026-09", {"name": EVIL, "objectTypeId": "0-1", "processingType": "MANUAL"})
    sandbox.call("PUT", "/crm/lists/2026-09/1/memberships/add", ids)
    return sandbox


def get(sandbox: Sandbox, path: str) -> requests.Response:
    return sandbox.session.get(f"{sandbox.url}{path}", timeout=60)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "2</span> in this account"),
        ("/contacts/{portal}", "bruno@example.com"),
        ("/contacts/{portal}?q=ANA2@example.org", "ana@example.com"),
        ("/contacts/{portal}?q=nobody", "Nobody found"),
        ("/contacts/{portal}/record/0-1/171590000001", "ana2@example.org"),
        ("/contacts/{portal}/objectLists", "<b>1</b>"),
        ("/contacts/{portal}/objectLists/1", "ana@example.com"),
        ("/contacts/{portal}/objectLists/1/filters", "ana@example.com"),
        ("/property-settings/{portal}", "hs_additional_emails"),
        ("/calls/{portal}", "/crm/lists/{list}/memberships/add"),
    ],
)
def test_pages_show_what_arrived_without_running_anything_of_it(filled: Sandbox, path: str, shown: str) -> None:
    page = get(filled, path.replace("{portal}", str(filled.account.portal)))
    assert page.status_code == 200
    assert shown in page.text
    assert EVIL not in page.text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text)
    assert "default-src 'none'; style-src 'self'" in page.headers["Content-Security-Policy"]
    assert "HubSpot sandbox" in page.text


@pytest.mark.parametrize(
    "path", ["/contacts/1", "/contacts/{portal}/record/0-1/1", "/contacts/{portal}/objectLists/99", "/calls/x"]
)
def test_what_is_not_there_is_said_so(filled: Sandbox, path: str) -> None:
    page = get(filled, path.replace("{portal}", str(filled.account.portal)))
    assert page.status_code == 404
    assert "Not here" in page.text


def test_the_address_of_a_contact_in_the_api_is_its_page(filled: Sandbox) -> None:
    contact = filled.call("GET", "/crm/objects/2026-09/contacts/171590000001").json()
    assert contact["url"].startswith(filled.url)
    assert filled.session.get(contact["url"], timeout=60).status_code == 200


def test_the_options_of_a_status_are_counted(filled: Sandbox) -> None:
    options = [{"label": x, "value": x, "displayOrder": 0, "hidden": False} for x in ("realized", "exited")]
    body = {
        "name": "vip",
        "label": "VIP",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "contactinformation",
    }
    filled.call("POST", "/crm/properties/2026-09/contacts", body | {"options": options})
    row = {"id": "171590000001", "properties": {"vip": "realized"}}
    filled.call("POST", "/crm/objects/2026-09/contacts/batch/update", {"inputs": [row]})
    page = get(filled, f"/property-settings/{filled.account.portal}").text
    assert re.search(r'realized <b class="num">1</b>', page)
    assert re.search(r'exited <b class="num">0</b>', page)


@pytest.mark.parametrize("name", ["sandbox.css", "icon.svg"])
def test_style_and_icon_are_served(sandbox: Sandbox, name: str) -> None:
    assert get(sandbox, f"/_sandbox/{name}").status_code == 200
