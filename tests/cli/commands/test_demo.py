"""`demo`: data that does not exist ends the demonstration in its first step."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture(autouse=True)
def _own_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the handler that the demonstration sets, and keep its folder inside the test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_missing_data_fails_in_the_language_of_the_call(cli: Cli) -> None:
    done = cli("demo", "--once", "--data", "missing.csv", "--lang", "de")
    assert (done.code, done.out.startswith("✗ Die Vorführung ist gescheitert: ")) == (1, True)
    assert "missing.csv existiert nicht: bitte eine Datei oder einen Ordner nennen." in done.out


def test_each_step_is_a_line_of_json(cli: Cli) -> None:
    done = cli("demo", "--once", "--data", "missing.csv", "--json")
    (line,) = map(json.loads, done.out.splitlines())
    assert (done.code, line["step"], line["ok"], done.err) == (1, "set-up", False, "")
