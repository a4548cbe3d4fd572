"""Sign-in, sign-out, reset: allauth's flows as Muster's people meet them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import caches
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts are counted in the cache; each test counts for itself."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid4().hex)


def credentials(key: str, password: str = PASSWORD) -> dict[str, Any]:
    return {"login": f"{key}@example.com", "password": password}


def test_a_member_of_one_tenant_signs_in_and_lands_there(cast: Cast) -> None:
    answer = Client().post(SIGN_IN, credentials("ampiq_user"), follow=True)
    assert ("/", 302) in answer.redirect_chain
    assert ("/t/acme/", 302) in answer.redirect_chain


def test_sign_in_leads_back_to_where_one_wanted_to_go(cast: Cast) -> None:
    client = Client()
    there = client.get("/t/acme/users/?page=2")["Location"]
    assert client.post(there, credentials("datagrid_administrator"))["Location"] == "/t/acme/users/?page=2"


def test_sign_in_never_leads_to_another_site(cast: Cast) -> None:
    answer = Client().post(f"{SIGN_IN}?next=https://evil.example/", credentials("ampiq_user"))
    assert answer["Location"] == "/"


def test_capital_letters_in_the_address_do_not_matter(cast: Cast) -> None:
    answer = Client().post(SIGN_IN, {"login": "AmpIQ_User@Example.com", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_wrong_password_and_an_unknown_person_get_the_same_words(cast: Cast) -> None:
    def refusal(key: str) -> list[str]:
        page = Client().post(SIGN_IN, credentials(key, "wrong")).content.decode()
        return re.findall(r"The email address and/or password[^<]*", page)

    assert refusal("ampiq_user")
    assert refusal("ampiq_user") == refusal("nobody")


def test_a_closed_account_can_not_sign_in(cast: Cast) -> None:
    User.objects.filter(pk=cast["ampiq_user"].pk).update(is_active=False)
    client = Client()
    client.post(SIGN_IN, credentials("ampiq_user"))
    assert client.get("/account/").status_code == 302


def test_closing_an_account_ends_its_sessions(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    client = sign_in("ampiq_user")
    User.objects.filter(pk=cast["ampiq_user"].pk).update(is_active=False)
    assert client.get("/t/acme/")["Location"].startswith(SIGN_IN)


def test_guessing_is_limited(cast: Cast) -> None:
    client = Client()
    statuses = [client.post(SIGN_IN, credentials("ampiq_user", "wrong")).status_code for _ in range(6)]
    assert statuses[0] == 200
    page = client.post(SIGN_IN, credentials("ampiq_user"))
    assert "Too many" in page.content.decode()
    assert client.get("/account/").status_code == 302


def test_hammering_the_page_is_answered_by_429(cast: Cast) -> None:
    client = Client()
    answers = [client.post(SIGN_IN, credentials(f"person{n}", "wrong")) for n in range(31)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()


def test_sign_out_needs_a_post(sign_in: Callable[[str], Client]) -> None:
    client = sign_in("ampiq_user")
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/account/").status_code == 200
    assert client.post("/accounts/logout/")["Location"] == SIGN_IN
    assert client.get("/account/").status_code == 302


def test_a_forgotten_password_is_replaced_by_e_mail(cast: Cast) -> None:
    client = Client()
    answer = client.post("/accounts/password/reset/", {"email": "ampiq_user@example.com"}, follow=True)
    assert "Check your e-mail" in answer.content.decode()
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert found
    form = client.get(found[1], follow=True)
    where = form.redirect_chain[-1][0]
    new = {"password1": "nine quiet herons", "password2": "nine quiet herons"}
    done = client.post(where, new, follow=True)
    assert "Your password is changed" in done.content.decode()
    assert Client().post(SIGN_IN, credentials("ampiq_user", "nine quiet herons")).status_code == 302
    assert "This link no longer works" in Client().get(found[1], follow=True).content.decode()


def test_reset_tells_nobody_who_has_an_account(cast: Cast) -> None:
    known = Client().post("/accounts/password/reset/", {"email": "ampiq_user@example.com"}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert [message.to for message in mail.outbox] == [["ampiq_user@example.com"]]


def test_sign_up_is_closed(cast: Cast) -> None:
    new = {"email": "new@example.com", "password1": "nine quiet herons"}
    for answer in (Client().get("/accounts/signup/"), Client().post("/accounts/signup/", new)):
        assert "Muster is by invitation" in answer.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_new_address_counts_once_it_is_confirmed(cast: Cast, sign_in: Callable[[str], Client]) -> None:
    client = sign_in("ampiq_user")
    entered = {"email": "iq@example.com", "action_add": "1"}
    assert client.post("/accounts/email/", entered)["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", entered)
    cast["ampiq_user"].refresh_from_db()
    assert cast["ampiq_user"].email == "ampiq_user@example.com"
    body = next(str(message.body) for message in mail.outbox if message.to == ["iq@example.com"])
    found = re.search(r"http://testserver(/\S+)", body)
    assert found
    assert "iq@example.com" in client.get(found[1]).content.decode()
    client.post(found[1])
    cast["ampiq_user"].refresh_from_db()
    assert cast["ampiq_user"].email == "iq@example.com"


@pytest.mark.parametrize(
    "page",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-bad/",
        "/accounts/password/reset/key/done/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/bad/",
        "/accounts/inactive/",
    ],
)
def test_each_page_outside_has_the_look_of_muster(cast: Cast, page: str) -> None:
    answer = Client().get(page)
    assert answer.status_code == 200
    assert 'class="plain' in answer.content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "/account/",
        "/accounts/logout/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/reauthenticate/",
    ],
)
def test_each_page_of_one_s_own_has_the_look_of_muster(sign_in: Callable[[str], Client], page: str) -> None:
    answer = sign_in("ampiq_user").get(page)
    assert answer.status_code == 200
    assert 'class="plain' in answer.content.decode()


def test_the_way_in_explains_itself_to_people_without_a_tenant(sign_in: Callable[[str], Client]) -> None:
    assert "don't belong to a tenant yet" in sign_in("stranger").get("/").content.decode().replace("&#x27;", "'")


def test_the_way_in_lists_several_tenants(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("staff").get("/").content.decode()
    assert '"/t/acme/"' in page
    assert '"/t/globex/"' in page
