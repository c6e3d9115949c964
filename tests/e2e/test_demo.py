"""The demonstration as a person starts it, and nothing but JSON lines where they are asked for."""

import json
import os
import subprocess
import sys
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
]


def demo(folder: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the demonstration once and return its exit code and steps."""
    run = [sys.executable, "-c", "from connector.cli.main import run; run()", "demo", "--once", "--json"]
    done = subprocess.run(
        [*run, "--port-base", str(free_base()), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_demonstration_shows_every_step_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code, steps = demo(tmp_path)
    assert [(step["step"], step["ok"]) for step in steps] == [(name, True) for name in STEPS], steps
    assert code == 0
    assert all(step["detail"] and step["seconds"] >= 0 for step in steps)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_demonstration_offers_what_a_person_brings(tmp_path: Path, kind: str) -> None:
    own = tmp_path / "own data"
    own.mkdir()
    (own / "Messwerte äöü.csv").write_bytes(b"time;value\n" * 5000)
    if kind == "folder":
        (own / "below").mkdir()
        (own / "below" / "empty.txt").write_bytes(b"")
    code, steps = demo(tmp_path, "--data", str(own if kind == "folder" else own / "Messwerte äöü.csv"))
    assert [(step["step"], step["ok"]) for step in steps] == [(name, True) for name in STEPS], steps[-1]
    assert code == 0


def test_a_demonstration_of_nothing_fails_with_a_reason(tmp_path: Path) -> None:
    code, steps = demo(tmp_path, "--data", str(tmp_path / "none"))
    assert code == 1
    assert [step["ok"] for step in steps] == [False]
    assert "does not exist" in steps[0]["detail"]
