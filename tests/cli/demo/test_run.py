"""The run of the demonstration: a step that fails ends it, with its logs kept. `e2e` runs all steps."""

import io
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli.demo.run import lead, run_demo
from connector.cli.demo.show import OpenPage, Show
from connector.cli.demo.visiting import PEOPLE
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


@pytest.mark.parametrize(("typed", "asked"), [("\n" * 9, 5), ("\n", 2), ("", 1)])
def test_the_tour_waits_after_each_station_until_nobody_types(
    show: Show, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, asked: int
) -> None:
    show.pages = [OpenPage("City", "http://all/"), *(OpenPage("City", f"http://{one.name}", one) for one in PEOPLE)]
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    lead(show, wait=True)
    shown = capsys.readouterr().out
    assert shown.count("Press Enter to go on.") == asked
    assert "4. Without signing in." in shown


def test_the_tour_runs_through_if_nobody_is_waited_for(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    show.pages = [OpenPage("City", "http://all/"), *(OpenPage("City", f"http://{one.name}", one) for one in PEOPLE)]
    lead(show, wait=False)
    assert "Enter" not in capsys.readouterr().out
