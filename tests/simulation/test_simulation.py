"""The simulation itself: it repeats itself to the letter, and sees what it is there to see."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connector.controlplane.core import commits
from connector.controlplane.processes.sending import outbound, waiting
from connector.ports.changes import AppendLeaf
from connector.ports.peer import InDoubt, Refused
from tests.simulation import network
from tests.simulation.__main__ import main
from tests.simulation.network import Reply
from tests.simulation.rules import without
from tests.simulation.seeds import MISSED, ever_failed
from tests.simulation.showing import ALL
from tests.simulation.universe import live
from tests.simulation.witness import Broken

ROOT = Path(__file__).resolve().parents[2]


def test_the_same_seed_is_the_same_universe() -> None:
    assert live(11).trace == live(11).trace


def test_what_the_product_did_not_expect_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(outbound, "deliver", fail)
    with pytest.raises(Broken, match="on purpose"):
        live(0)


def test_a_transition_without_a_leaf_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = commits.commit

    async def silent(context: Any, before: Any, after: Any, *changes: Any, **_: Any) -> Any:
        return await whole(context, before, after, *(each for each in changes if not isinstance(each, AppendLeaf)))

    monkeypatch.setattr(commits, "commit", silent)
    with pytest.raises(Broken, match="without a leaf"):
        live(0)


def test_a_process_that_is_never_left_alone_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "find_next_look", lambda driver, process, until: driver.context.now())
    with pytest.raises(Broken, match="busy with nothing"):
        [live(seed) for seed in range(10)]


def test_callers_show_badly_what_they_are_asked_for_in_some_universes() -> None:
    seen = sum((live(seed).seen for seed in range(40)), Counter[str]())
    assert all(seen[f"rule a presentation that {happens}"] for happens in ALL)
    assert seen["answer 401 unauthenticated"] > seen["rule a presentation that changes its mind"]


def test_a_peer_that_takes_a_failed_presentation_for_a_final_refusal_is_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = network._outcome

    def final(reply: Reply | None) -> Reply | Refused | InDoubt:
        if reply is not None and reply.reason == "unauthenticated":
            return Refused(status=401, reason=reply.reason)
        return heard(reply)

    monkeypatch.setattr(network, "_outcome", final)
    with pytest.raises(Broken, match="nobody wanted it to"):
        [live(seed) for seed in range(200)]


def test_the_report_tells_what_was_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "5", "--jobs", "1"]) == 0
    told = capsys.readouterr().out
    for words in ("transfer REQUESTED → STARTED", "negotiation provider FINALIZED", "universes held"):
        assert words in told


def test_a_failure_prints_seed_and_trace(capsys: pytest.CaptureFixture[str]) -> None:
    rule = "content: never inferred"
    (seed,) = MISSED[rule]
    lived = [*ever_failed(), (seed, False)]
    with without(rule), pytest.raises(Broken, match=f"^seed {seed}: .*(\n +\\d+\\.\\d{{3}} .*)+$") as broken:
        live(seed)
    assert main(["--seeds", "1", "--first", str(seed), "--jobs", "1", "--without", rule]) == 1
    end = f"A universe broke after {len(lived) - 1} of {len(lived)}. Put its seed into tests/simulation/seeds.txt."
    assert capsys.readouterr().out == f"{broken.value}\n\n{end}\n"


def test_the_night_runs_in_processes_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "2", "--jobs", "2"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "universes held" in run.stdout
