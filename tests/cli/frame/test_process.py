"""The command as a process of its own: how it ends when it cannot start, is interrupted, or nobody listens."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[3]
RUN = [sys.executable, "-c", "from connector.cli.main import run; run()"]


def test_a_connector_that_cannot_start_says_why_in_one_sentence(cli: Cli, tmp_path: Path) -> None:
    cli("init", "firma")
    serve = [*RUN, "serve", "--settings", str(tmp_path / "firma/datenkontor.toml")]
    run = subprocess.run(serve, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    assert (run.returncode, run.stdout) == (1, "")
    (said,) = run.stderr.splitlines()
    assert "operator.jwk" in said
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
