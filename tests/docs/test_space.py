"""The page's own data space: the blocks of README.md, run as they stand, in one shell and an empty folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, marked

pytestmark = pytest.mark.e2e

READY_S, DONE_S = 120.0, 240.0


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A shell in an empty folder in which `datenkontor` and `python` are those of this test run."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, rest in (("datenkontor", " -c 'from connector.cli.main import run; run()'"), ("python", "")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{rest} "$@"\n', encoding="utf-8")
        (tools / name).chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATENKONTOR_")}
    environment |= {
        "PATH": f"{tools}:{environment['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "DATENKONTOR_LANG": "en",
    }
    said = tmp_path / "said.txt"
    with said.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            ["bash", "-e"],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process, said
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_three_participants_offer_find_agree_and_deliver(
    shell: tuple["subprocess.Popen[str]", Path], tmp_path: Path
) -> None:
    process, said = shell
    assert process.stdin is not None
    steps = marked("README.md", "space")
    process.stdin.write(steps["serve"].text)
    process.stdin.flush()
    _until(process, said, "ready: ", 3)
    (tmp_path / "snippet.py").write_text(steps["python"].text, encoding="utf-8")
    process.stdin.write(steps["use"].text + "python ../snippet.py\nkill %1 %2 %3\nwait\n")
    process.stdin.close()
    assert process.wait(DONE_S) == 0, said.read_text(encoding="utf-8")
    offered = (tmp_path / "space/office/offered/bicycles.csv").read_bytes()
    assert (tmp_path / "space/bicycles.csv").read_bytes() == offered
    assert (tmp_path / "space/fetched/bicycles.csv").read_bytes() == offered


def _until(process: "subprocess.Popen[str]", said: Path, words: str, times: int) -> None:
    deadline = time.monotonic() + READY_S
    while said.read_text(encoding="utf-8").count(words) < times:
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        time.sleep(0.05)
