"""The progress of a long command: sentences for everybody, a bar on a terminal."""

import io
import sys

import pytest

from connector.cli.frame.output import Output
from connector.cli.processes.progress import Bar
from connector.client.frame.flow import Progress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_steps_are_sentences_in_the_language_of_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(Output(json=False, lang="de"))
    for step in ("negotiating", "agreed", "transferring", "done"):
        bar(Progress(step=step, process_id="urn:x"))
    bar(Progress(step="downloading", file="air.csv", bytes_done=1, bytes_total=2))
    bar.close()
    assert capsys.readouterr().err.splitlines() == [
        "Der Vertrag wird verhandelt (urn:x) …",
        "Vertrag: urn:x",
        "Die Daten sind unterwegs (urn:x) …",
    ]


def test_bytes_are_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("COLUMNS", "100")
    bar = Bar(Output(json=False, lang="en"))
    bar(Progress(step="downloading", file="a\x1bir.csv", bytes_done=500, bytes_total=1000))
    bar(Progress(step="downloading", file="a\x1bir.csv", bytes_done=1000, bytes_total=1000))
    bar.close()
    bar.close()
    drawn = stream.getvalue()
    assert f"{'█' * 15:<30}  50% 500 B a ir.csv" in drawn
    assert f"{'█' * 30} 100% 1 kB a ir.csv\n" in drawn
    assert drawn.count("\n") == 1


def test_a_program_sees_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    bar = Bar(Output(json=True, lang="en"))
    bar(Progress(step="negotiating", process_id="urn:n"))
    bar(Progress(step="downloading", bytes_done=1, bytes_total=1))
    bar.close()
    assert stream.getvalue() == ""
