"""The entry point: the imports of its help, wrong use, and its end as a process."""

import errno
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from connector.cli.main import _move_leading, _report_unforeseen
from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
RUN = [sys.executable, "-c", "from connector.cli.main import run; run()"]


def test_a_connector_that_cannot_start_says_why_in_one_sentence(cli: Cli, tmp_path: Path) -> None:
    cli("init", "firma")
    serve = [*RUN, "serve", "--settings", str(tmp_path / "firma/datenkontor.toml")]
    run = subprocess.run(serve, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert (run.returncode, run.stdout) == (1, "")
    (said,) = run.stderr.splitlines()
    assert "authority.jwks" in said
    assert "Traceback" not in said


def _heed_ctrl_c() -> None:
    """Take Ctrl-C as at a terminal: what a script runs in the background inherits that it is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _interrupted(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Press Ctrl-C as a person does: again, where the first came while the interpreter could not raise it."""
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=6)
        except subprocess.TimeoutExpired:
            continue
    return process.communicate(timeout=1)


def test_an_interrupted_wait_ends_cleanly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        wait = [*RUN, "negotiation", "wait", "urn:n", "--connector", address, "--key", "k"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(wait, cwd=ROOT, text=True, preexec_fn=_heed_ctrl_c, **pipes) as process:
            taken, _ = silent.accept()
            taken.recv(1024)
            out, err = _interrupted(process)
            taken.close()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_a_reader_that_has_heard_enough_is_no_failure_with_a_trace() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        run = subprocess.run([*RUN, "version"], cwd=ROOT, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr


def test_help_imports_nothing_heavy() -> None:
    heavy = ("httpx", "fastapi", "aiohttp", "cryptography", "rich", "connector.app", "connector.client")
    code = f"""
import sys
from connector.cli.main import main
assert main(["--help"]) == 0
assert not [name for name in {heavy!r} if name in sys.modules]
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["rooster"], "did you mean roster?"),
        (["asset", "lisst"], "list"),
        (["asset", "show"], "ASSET"),
        (["asset", "list", "--limit", "many"], "--limit"),
        (["asset", "list", "--colour"], "--colour"),
    ],
)
def test_a_slip_is_answered_in_one_sentence(cli: Cli, arguments: list[str], expected: str) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert expected in done.err
    assert done.err.count("\n") == 1


def test_a_noun_alone_shows_its_verbs(cli: Cli) -> None:
    done = cli("asset")
    assert done.code == 2
    assert "withdraw" in done.err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_without_space_is_told_with_what_to_do(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    _report_unforeseen(OSError, OSError(number, os.strerror(number), "authority.json"), None)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "authority.json cannot be written" in said
    assert "make room, then make the same call again" in said


def test_an_unforeseen_failure_is_one_sentence_without_a_trace() -> None:
    code = "import sys; from connector.cli.main import _report_unforeseen; sys.excepthook = _report_unforeseen; {}['x']"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        (["--lang", "de", "version", "--json"], ["version", "--json", "--lang", "de"]),
        (["--json", "--lang=de", "version"], ["version", "--json", "--lang=de"]),
        (["--lang", "de", "--help"], ["--help"]),
        (["--json", "get", "--", "-x"], ["get", "--json", "--", "-x"]),
        (["--settings", "a", "version"], ["--settings", "a", "version"]),
        (["--lang"], []),
        (["audit", "--help", "--lang", "de"], ["audit", "--help"]),
        (["audit", "list", "-h", "--json", "--lang=de"], ["audit", "list", "-h"]),
        (["audit", "--lang", "de"], ["audit"]),
        (["doctor", "--lang", "de"], ["doctor", "--lang", "de"]),
        (["search", "--lang", "de", "--", "--help"], ["search", "--lang", "de", "--", "--help"]),
    ],
)
def test_the_options_of_all_commands_may_stand_before_the_command(given: list[str], moved: list[str]) -> None:
    assert _move_leading(given) == moved


def test_json_before_the_command_is_json(cli: Cli) -> None:
    assert cli("--json", "version").json == cli("version", "--json").json
    german = cli("--lang", "de", "--help")
    assert (german.code, "Einen Konnektor betreiben." in german.out) == (0, True)
