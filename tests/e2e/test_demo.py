"""The demonstration as a person starts it, and nothing but JSON lines where they are asked for."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.live import free_base

pytestmark = pytest.mark.e2e

STEPS = [
    "set-up",
    "start",
    "publish",
    "index",
    "search",
    "terms",
    "negotiate",
    "push",
    "pull",
    "live",
    "refuse",
    "suspend",
    "resume",
    "terminate",
    "pages",
    "hold",
]
STATIONS = ["offer", "get", "answer", "public", "operate"]


RUN = [sys.executable, "-c", "from connector.cli.main import run; run()", "demo", "--once", "--json"]
PORTS = 40


@dataclass(frozen=True)
class Shown:
    """A demonstration that has ended: its exit code, its steps, and what it left behind."""

    code: int
    steps: list[dict[str, Any]]
    left: list[Path]

    @property
    def outcome(self) -> list[tuple[str, bool]]:
        return [(step["step"], step["ok"]) for step in self.steps if "step" in step]

    @property
    def stations(self) -> list[str]:
        return [step["station"] for step in self.steps if "station" in step]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    """Run four demonstrations side by side: with generated data, a file, a folder, and nothing to offer."""
    home = tmp_path_factory.mktemp("demonstrations")
    own = home / "own data"
    (own / "below").mkdir(parents=True)
    (own / "Messwerte äöü.csv").write_bytes(b"time;value\n" * 5000)
    (own / "below" / "empty.txt").write_bytes(b"")
    data = {
        "generated": ["--tour"],
        "file": ["--data", str(own / "Messwerte äöü.csv")],
        "folder": ["--data", str(own)],
        "nothing": ["--data", str(home / "none")],
    }
    base, running = free_base(PORTS * len(data)), {}
    for number, (name, arguments) in enumerate(data.items()):
        (home / name).mkdir()
        running[name] = subprocess.Popen(
            [*RUN, "--port-base", str(base + PORTS * number), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(home / name)},
        )
    return {name: _ended(process, home / name) for name, process in running.items()}


def _ended(process: "subprocess.Popen[str]", folder: Path) -> Shown:
    out, err = process.communicate(timeout=120)
    assert err == ""
    return Shown(process.returncode, [json.loads(line) for line in out.splitlines()], list(folder.iterdir()))


@pytest.mark.parametrize("data", ["generated", "file", "folder"])
def test_the_demonstration_shows_every_step_and_leaves_nothing_behind(shown: dict[str, Shown], data: str) -> None:
    run = shown[data]
    assert run.outcome == [(name, True) for name in STEPS], run.steps[-1]
    assert run.code == 0
    assert run.stations == (STATIONS if data == "generated" else [])
    for step in run.steps:
        assert step.keys() == ({"step", "ok", "seconds", "detail"} if "step" in step else {"station", "detail"})
        assert step["detail"]
    assert run.left == []


def test_a_demonstration_of_nothing_fails_with_a_reason(shown: dict[str, Shown]) -> None:
    run = shown["nothing"]
    assert (run.code, run.outcome) == (1, [("set-up", False)])
    assert "does not exist" in run.steps[0]["detail"]


def test_an_offer_of_one_city_is_found_in_another_one_and_gone_when_it_is_withdrawn(tmp_path: Path) -> None:
    ports = ["--port-base", str(free_base(PORTS))]
    process = subprocess.Popen(
        [*RUN, "--two-cities", *ports],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    run = _ended(process, tmp_path)
    steps = ["set-up", "start", "publish", "find", "withdraw"]
    assert run.outcome == [(name, True) for name in steps], run.steps[-1]
    assert (run.code, run.left) == (0, [])
