from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.sandbox import ROOT, start_sandbox

if TYPE_CHECKING:
    from pathlib import Path


def test_it_prints_what_opens_it_and_knows_the_people_it_was_given(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("Ana@Example.com,Ana,Ruiz,Spain\n\nana@example.com\nbruno@example.com\nno address\n")
    options = ("--contacts-from", str(people), "--contacts", "2", "--tier", "free", "--token", "pat-na1-mine")
    running = start_sandbox(*options, "--latency-ms", "1")
    assert running.process.stdout is not None
    printed = [running.process.stdout.readline() for _ in range(5)]
    running.kill()
    running.process.stdout.close()
    running.session.close()
    assert "free, 4 contacts" in printed[0]
    assert printed[1].split()[-1] == "pat-na1-mine"
    assert printed[2].split()[-1] == running.account.service_key
    assert printed[3].split()[-1] == running.account.client_id
    assert printed[4].split()[-1] == running.account.client_secret


def test_the_same_seed_makes_the_same_people_and_tokens() -> None:
    states, tokens = [], []
    for _ in range(2):
        running = start_sandbox("--seed", "7", "--contacts", "20")
        states.append(running.state())
        tokens.append(running.token)
        running.kill()
        running.session.close()
        assert running.process.stdout is not None
        running.process.stdout.close()
    assert states[0] == states[1]
    assert tokens[0] == tokens[1]


def test_the_command_of_manage_py_takes_the_same_options() -> None:
    shown = subprocess.run(
        [sys.executable, "manage.py", "hubspot_sandbox", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for option in ("--port", "--tier", "--contacts", "--latency-ms", "--seed", "--data", "--token"):
        assert option in shown
