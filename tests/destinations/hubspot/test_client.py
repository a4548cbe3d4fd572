from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from requests.adapters import HTTPAdapter

from destinations.delivery.errors import ConfigurationError, RefusedError, Unavailable
from destinations.hubspot.client import HubSpotClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from destinations.delivery.connector import RateReport
    from tests.sandbox import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[HubSpotClient]:
    with HubSpotClient(sandbox.token) as client:
        yield client


def test_reads_find_contacts_by_either_address_and_name_the_missing(
    client: HubSpotClient, sandbox: Sandbox
) -> None:
    ana, bruno = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    sandbox.add_secondary("ana@example.com", "ana.ruiz@example.org")
    read = client.read_contacts(["ana.ruiz@example.org", "bruno@example.com", "nobody@example.com"])
    assert {email: contact.id for email, contact in read.found.items()} == {
        "ana.ruiz@example.org": ana,
        "bruno@example.com": bruno,
    }
    assert read.found["ana.ruiz@example.org"].email == "ana@example.com"
    assert read.missing == {"nobody@example.com"}
    assert read.silent == frozenset()
    assert read.request_id


@pytest.mark.parametrize("multi_status", [True, False])
def test_every_input_of_a_read_is_accounted_for_whatever_the_status(
    client: HubSpotClient, sandbox: Sandbox, *, multi_status: bool
) -> None:
    sandbox.switch(multi_status=multi_status)
    sandbox.add_contacts("ana@example.com")
    emails = ["ana@example.com", "nobody@example.com", "not-an-address"]
    read = client.read_contacts(emails)
    assert {*read.found} | read.missing == set(emails)


def test_a_success_that_leaves_rows_out_is_not_taken_for_one(client: HubSpotClient, sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts("ana@example.com")
    sandbox.fault("empty_results", count=3)
    assert client.read_contacts(["ana@example.com"]).silent == {"ana@example.com"}
    assert client.update_contacts({ids[0]: {"city": "Rome"}}).silent == set(ids)
    assert client.create_contacts({"r1": {"email": "b@example.com"}}).silent == {"r1"}


def test_an_update_accounts_for_written_missing_refused_and_silent_rows(
    client: HubSpotClient, sandbox: Sandbox
) -> None:
    ana, bruno, carla, old = sandbox.add_contacts(
        *(f"{name}@example.com" for name in ("ana", "bruno", "carla", "old"))
    )
    sandbox.merge(ana, old)
    written = client.update_contacts(
        {
            ana: {"city": "Rome"},
            bruno: {"lifecyclestage": "no such stage"},
            carla: {"email": "carla@example.con"},
            "9990001": {"city": "Rome"},
            old: {"city": "Rome"},
        }
    )
    assert written.updated == {ana}
    assert written.missing == {"9990001"}
    assert written.silent == {old}
    assert set(written.refused) == {bruno, carla}
    assert written.refused[bruno].codes == ("INVALID_OPTION",)
    assert written.refused[bruno].fields == ("lifecyclestage",)
    assert written.refused[carla].codes == ("INVALID_EMAIL",)


def test_codes_are_read_in_any_language(client: HubSpotClient, sandbox: Sandbox) -> None:
    sandbox.switch(language="pt")
    created = client.create_contacts({"r1": {"email": "ana@example.con"}})
    assert created.refused["r1"].codes == ("INVALID_EMAIL",)


def test_a_batch_refused_as_a_whole_names_the_bad_fields_and_writes_nothing(
    client: HubSpotClient, sandbox: Sandbox
) -> None:
    sandbox.switch(trace_ids_split_updates=False)
    ana, bruno = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    with pytest.raises(RefusedError) as refused:
        client.update_contacts({ana: {"city": "Rome"}, bruno: {"lifecyclestage": "no such stage"}})
    assert refused.value.evidence.codes == ("INVALID_OPTION",)
    assert refused.value.evidence.fields == ("lifecyclestage",)
    assert sandbox.state()["contacts"]["ana@example.com"]["properties"] == {}


def test_a_create_tells_who_exists_already(client: HubSpotClient, sandbox: Sandbox) -> None:
    (ana,) = sandbox.add_contacts("ana@example.com")
    created = client.create_contacts({"r1": {"email": "ana@example.com"}, "r2": {"email": "bruno@example.com"}})
    assert created.created == {"r2": sandbox.state()["ids"]["contacts"]["bruno@example.com"]}
    assert created.refused["r1"].existing_id == ana
    assert created.refused["r1"].category == "CONFLICT"


def test_batches_larger_than_hubspots_are_a_mistake_of_the_caller(client: HubSpotClient) -> None:
    with pytest.raises(ValueError, match="at most 100"):
        client.read_contacts([f"p{number}@example.com" for number in range(101)])


def test_a_list_is_made_found_by_name_renamed_and_filled(client: HubSpotClient, sandbox: Sandbox) -> None:
    ana, bruno = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    made = client.create_list("Audience / VIP & friends")
    assert made.takes_members
    assert client.list_by_name("AUDIENCE / vip & friends") == made
    client.rename_list(made.id, "VIP")
    renamed = client.list_by_id(made.id)
    assert renamed is not None
    assert renamed.name == "VIP"
    change = client.change_members(made.id, add=[ana, bruno, "9990001"])
    assert change.added == {ana, bruno}
    assert change.missing == {"9990001"}
    change = client.change_members(made.id, add=[ana], remove=[bruno])
    assert change.added == frozenset()
    assert change.removed == {bruno}
    assert client.members(made.id).ids == (ana,)
    assert sandbox.members("VIP") == ["ana@example.com"]


def test_both_spellings_and_absent_arrays_of_a_membership_answer_are_understood(
    client: HubSpotClient, sandbox: Sandbox
) -> None:
    ids = sandbox.add_contacts("ana@example.com", "bruno@example.com")
    made = client.create_list("VIP")
    sandbox.switch(other_added_spelling=True, omit_empty_arrays=True)
    assert client.change_members(made.id, add=ids[:1]).added == {ids[0]}
    assert client.change_members(made.id, add=ids[:1]).added == frozenset()


def test_members_are_read_page_by_page(client: HubSpotClient, sandbox: Sandbox) -> None:
    ids = sandbox.add_contacts(*(f"p{number:03d}@example.com" for number in range(7)))
    made = client.create_list("VIP")
    client.change_members(made.id, add=ids)
    first = client.members(made.id, limit=4)
    rest = client.members(made.id, after=first.after, limit=4)
    assert first.ids + rest.ids == tuple(ids)
    assert rest.after is None


def test_what_is_not_there_is_none_and_what_must_be_there_an_error(client: HubSpotClient) -> None:
    assert client.list_by_name("VIP") is None
    assert client.list_by_id("4711") is None
    assert client.property_named("audience") is None
    with pytest.raises(ConfigurationError):
        client.members("4711")


def test_a_taken_list_name_and_a_taken_property_name_are_told_apart(client: HubSpotClient) -> None:
    client.create_list("VIP")
    with pytest.raises(RefusedError) as refused:
        client.create_list("vip")
    assert refused.value.evidence.sub_category == "ILS.DUPLICATE_LIST_NAMES"
    client.create_enumeration("vip", label="VIP", group="contactinformation", options=["realized"])
    with pytest.raises(RefusedError) as refused:
        client.create_enumeration("vip", label="VIP", group="contactinformation", options=["realized"])
    assert refused.value.evidence.category == "OBJECT_ALREADY_EXISTS"


def test_a_property_is_made_read_and_given_other_options(client: HubSpotClient) -> None:
    made = client.create_enumeration("vip", label="VIP", group="contactinformation", options=["realized"])
    assert made.is_writable
    assert client.property_named("vip") == made
    changed = client.set_options("vip", ["realized", "exited"])
    assert [option.value for option in changed.options] == ["realized", "exited"]
    named = {each.name: each for each in client.properties()}
    assert named["vip"] == changed
    assert not named["hs_object_id"].is_writable


def test_the_administrators_rules_can_be_read(client: HubSpotClient, sandbox: Sandbox) -> None:
    sandbox.control("POST", "rules", {"property": "city", "type": "MAX_LENGTH", "arguments": ["3"]})
    (rule,) = client.property_rules()
    assert (rule.property, rule.type, rule.arguments) == ("city", "MAX_LENGTH", ("3",))


def test_the_account_the_token_and_the_days_usage(client: HubSpotClient, sandbox: Sandbox) -> None:
    sandbox.switch(limits=True)
    assert client.account_details().portal == sandbox.account.portal
    info = client.token_info()
    assert info.portal == sandbox.account.portal
    assert "crm.lists.write" in info.scopes
    usage = client.daily_usage()
    assert usage is not None
    assert (usage.used, usage.limit) == (2, 625_000)


def test_every_answer_reports_the_limits(sandbox: Sandbox) -> None:
    sandbox.switch(limits=True)
    reports: list[RateReport] = []
    with HubSpotClient(sandbox.token, observe=lambda report: reports.append(report)) as client:
        client.account_details()
        with pytest.raises(ConfigurationError):
            client.members("4711")
    assert [(report.limit, report.remaining, report.window_seconds) for report in reports] == [
        (190, 189, 10.0),
        (190, 188, 10.0),
    ]
    assert reports[0].daily_limit == 625_000
    assert reports[1].daily_remaining == 624_998


def test_an_oauth_token_hears_nothing_of_the_day(sandbox: Sandbox) -> None:
    from destinations.hubspot import oauth

    sandbox.switch(limits=True)
    reports: list[RateReport] = []
    token = oauth.refresh(sandbox.install()).access_token
    with HubSpotClient(token, observe=lambda report: reports.append(report)) as client:
        client.account_details()
    assert (reports[0].limit, reports[0].daily_limit, reports[0].daily_remaining) == (110, None, None)


def test_nothing_that_was_sent_reaches_messages_or_logs(
    client: HubSpotClient, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox.switch(trace_ids_split_updates=False)
    (ana,) = sandbox.add_contacts("ana@example.com")
    with pytest.raises(RefusedError) as refused:
        client.update_contacts({ana: {"email": "secret.person@example.con", "lifecyclestage": "Private Words"}})
    told = f"{refused.value} {refused.value.evidence} {caplog.text} {client!r}"
    assert "INVALID_EMAIL" in told
    for secret in ("secret.person", "Private Words", sandbox.token):
        assert secret not in told


def test_one_connection_serves_many_calls(client: HubSpotClient) -> None:
    for _ in range(3):
        client.account_details()
    adapter = client._transport._session.get_adapter("http://")
    assert isinstance(adapter, HTTPAdapter)
    (pool,) = adapter.poolmanager.pools._container.values()
    assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_an_address_without_a_server_is_unavailable_and_nothing_was_written() -> None:
    with HubSpotClient("pat", base_url="http://127.0.0.1:1") as client, pytest.raises(Unavailable) as broken:
        client.create_list("VIP")
    assert not broken.value.maybe_written
