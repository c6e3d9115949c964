"""The data space of README.md and the pages that go on from it: their blocks, as they stand, in one shell."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, marked

pytestmark = pytest.mark.e2e

FURTHER = ("terms", "approve", "records", "consent")
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
    more = marked("docs/start.md", "space") | marked("docs/operate.md", "space")
    (tmp_path / "snippet.py").write_text(steps["python"].text, encoding="utf-8")
    rest = [steps["use"].text, "python ../snippet.py\n", *(more[name].text for name in FURTHER)]
    process.stdin.write("".join(rest) + more["backup"].text + "kill %1 %2 %3\nwait\n")
    process.stdin.close()
    ended = process.wait(DONE_S)
    output = said.read_text(encoding="utf-8")
    assert ended == 0, output
    assert output.count("ended with exit code 4") == 1, "the terms refuse, with their exit code"
    assert output.count("ended with exit code 6") == 1, "a person is waited for, with the exit code of that"
    assert "improving transport and mobility" in output, "the terms and the reason name the purpose in words"
    offered = (tmp_path / "space/office/offered/bicycles.csv").read_bytes()
    assert (tmp_path / "space/bicycles.csv").read_bytes() == offered
    assert (tmp_path / "space/fetched/bicycles.csv").read_bytes() == offered
    assert (tmp_path / "space/drafts.csv").read_bytes() == offered
    with closing(sqlite3.connect(tmp_path / "space/restored/store.sqlite")) as backup:
        assert backup.execute("SELECT count(*) FROM assets").fetchone()[0] == 4
    head, *rows = (tmp_path / "space/survey.csv").read_text(encoding="utf-8").splitlines()
    assert head == "person,street,answer"
    assert len({row.partition(",")[0] for row in rows}) == len(rows) == 12
    assert all(len(row.partition(",")[0]) == 32 and "Feldweg" not in row for row in rows)
    assert "ConsentWithdrawn" in output


def _until(process: "subprocess.Popen[str]", said: Path, words: str, times: int) -> None:
    deadline = time.monotonic() + READY_S
    while said.read_text(encoding="utf-8").count(words) < times:
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        time.sleep(0.05)
