from __future__ import annotations

import csv

import pytest

from accounts.errors import UnknownActionError
from accounts.policies import FULL_POLICIES, READ_ONLY_FORMS, TABLE, Option, Policy, actions, allowed_actions


def test_the_table_has_a_column_for_each_policy_and_option() -> None:
    with TABLE.open(encoding="utf-8") as lines:
        header = next(csv.reader(lines))
    labels = [policy.label for policy in FULL_POLICIES] + [option.label for option in Option]
    assert header == ["action", "description", "reads", *labels]


def test_every_cell_of_the_table_has_a_meaning() -> None:
    with TABLE.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["reads"] for row in rows} == {"yes", "no"}
    cells = {row[column] for row in rows for column in row if column not in {"action", "description", "reads"}}
    assert cells == {"", "allow", "deny"}
    assert len(actions()) == len(rows)
    assert all(row["description"] for row in rows)


def test_the_administrator_may_do_everything() -> None:
    assert allowed_actions([Policy.DATAGRID_ADMINISTRATOR], []) == set(actions())


def test_business_policies_do_not_reach_into_each_others_pages() -> None:
    amp360, ampiq = allowed_actions([Policy.AMP360_USER], []), allowed_actions([Policy.AMPIQ_USER], [])
    assert {"query:edit", "orchestration:run"} <= amp360
    assert {"segment:edit", "campaign:send"} <= ampiq
    assert not {name for name in amp360 if name.startswith(("segment:", "campaign:"))}
    assert not {name for name in ampiq if name.startswith(("query:", "orchestration:", "table:"))}


@pytest.mark.parametrize("policy", [Policy.AMP360_USER, Policy.AMPIQ_USER])
def test_destinations_are_read_only_for_business_policies(policy: Policy) -> None:
    allowed = allowed_actions([policy], [])
    assert {"destination:view", "destination:activate", "data_template:view"} <= allowed
    assert not {"destination:manage", "data_template:manage", "credential:view", "admin:view"} & allowed


@pytest.mark.parametrize(("read_only", "full"), READ_ONLY_FORMS.items())
def test_a_read_only_form_keeps_exactly_the_actions_that_read(read_only: Policy, full: Policy) -> None:
    expected = {name for name in allowed_actions([full], []) if actions()[name].reads}
    assert allowed_actions([read_only], []) == expected


@pytest.mark.parametrize(
    ("option", "denied"),
    [
        (Option.RESTRICT_PII_ACCESS, {"pii:view"}),
        (
            Option.RESTRICT_DOWNLOADS,
            {"import:download", "query:download", "segment:download", "campaign:download", "delivery:download"},
        ),
        (Option.RESTRICT_UPLOADS, {"import:upload", "segment:upload"}),
        (
            Option.RESTRICT_DATA_EXPORTS,
            {"campaign:send", "orchestration:run", "destination:activate", "delivery:resolve"},
        ),
    ],
)
def test_an_option_takes_its_actions_from_every_policy(option: Option, denied: set[str]) -> None:
    assert allowed_actions(list(Policy), []) - allowed_actions(list(Policy), [option]) == denied


def test_user_administration_adds_to_a_policy_but_is_not_one() -> None:
    option = [Option.ALLOW_USER_ADMINISTRATION]
    added = allowed_actions([Policy.AMPIQ_USER], option) - allowed_actions([Policy.AMPIQ_USER], [])
    assert added == {"user:view", "user:manage", "audit:view"}
    assert allowed_actions([], option) == set()


def test_an_action_that_does_not_exist_is_an_error_not_a_no() -> None:
    from accounts.access import NO_ACCESS

    with pytest.raises(UnknownActionError, match="segment:paint"):
        NO_ACCESS.can("segment:paint")
