"""The run of the demonstration: a step that fails ends it, with its logs kept. `e2e` runs all steps."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli.demo.run import run_demo
from connector.cli.frame.output import Output


@pytest.fixture(autouse=True)
def _own_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the handler that the demonstration sets, and keep its folder inside the test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_step_that_fails_ends_the_run_and_keeps_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = Output(json=False, lang="en")
    assert run_demo(output, once=False, data=tmp_path / "missing", port_base=None) == 1
    (folder,) = tmp_path.glob("datenkontor-demo-*")
    shown = capsys.readouterr().out
    assert f"The logs are in {folder}." in shown
    assert shown.endswith("Stopped.\n")
