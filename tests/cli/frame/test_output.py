"""The output of commands, for people and for programs."""

import io
import sys
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import (
    Output,
    choose_language,
    format_cell,
    format_size,
    format_time,
    has_colours,
    strip_controls,
)
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset

PEOPLE, PROGRAMS = Output(json=False, lang="en"), Output(json=True, lang="en")


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Print on a narrow terminal from now on."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return stream


def test_what_a_peer_wrote_cannot_steer_the_terminal(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets/air", asset(title={"en": "Air\x1b[31m\x07\u202e\nred"}))
    out = cli("asset", "show", "air").out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert strip_controls("a\nb\tc", keep_lines=True) == "a\nb c"


def test_details_leave_out_empty_values_for_people_only(capsys: pytest.CaptureFixture[str]) -> None:
    PEOPLE.print_details({}, {"id": "air", "live": False, "keywords": ["a", "b"], "licence": None, "themes": ()})
    assert capsys.readouterr().out == "id        air\nlive      no\nkeywords  a, b\n"
    PROGRAMS.print_details({"id": "air", "licence": None}, {"id": "air"})
    assert capsys.readouterr().out == '{\n  "id": "air",\n  "licence": null\n}\n'


def test_rows_are_a_table_or_items_with_a_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    PEOPLE.print_rows([1, 22], {"number": lambda row: row, "even": lambda row: row % 2 == 0}, after="c")
    shown = capsys.readouterr()
    assert shown.out == "NUMBER  EVEN\n1       no\n22      yes\n"
    assert "--after c" in shown.err
    PROGRAMS.print_rows([1], {"number": str}, after="c")
    PROGRAMS.print_hint("not for programs")
    shown = capsys.readouterr()
    assert ('"next": "c"' in shown.out, shown.err) == (True, "")


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = open_terminal(monkeypatch)
    PEOPLE.print_rows(["x" * 60], {"id": lambda _: "air", "text": str})
    heading, row = terminal.getvalue().splitlines()
    assert heading.startswith("ID   TEXT")
    assert (len(row), row[-1]) == (30, "…")


def test_colours_are_for_terminals_without_a_wish_against_them(monkeypatch: pytest.MonkeyPatch) -> None:
    open_terminal(monkeypatch)
    assert PEOPLE.format_mark(True) == "\x1b[32m✓\x1b[0m"
    assert not has_colours(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert PEOPLE.format_mark(False) == "✗"


@pytest.mark.parametrize(("answer", "lang"), [("y\n", "en"), ("YES\n", "en"), ("ja\n", "de"), ("j\n", "de")])
def test_a_person_confirms_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str, lang: Any
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    Output(json=False, lang=lang).confirm("Sure?", yes=False)
    assert capsys.readouterr().err == ("Sure? [j/N] " if lang == "de" else "Sure? [y/N] ")


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "perhaps\n"])
def test_every_other_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    with pytest.raises(Failure, match="Nothing was changed") as refused:
        PEOPLE.confirm("Sure?", yes=False)
    assert refused.value.code is Code.FAILED


def test_without_a_terminal_only_yes_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    PROGRAMS.confirm("Sure?", yes=True)
    for output, stdin in ((PEOPLE, io.StringIO("y\n")), (PROGRAMS, Terminal("y\n"))):
        monkeypatch.setattr(sys, "stdin", stdin)
        with pytest.raises(Failure, match="--yes") as refused:
            output.confirm("Sure?", yes=False)
        assert refused.value.code is Code.USAGE


@pytest.mark.parametrize(("value", "shown"), [(None, "–"), ("", "–"), ([1, 2], "1, 2"), ((), "–"), (3, "3")])
def test_a_cell_is_formatted(value: object, shown: str) -> None:
    assert format_cell(value) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(None, ""), (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (2_500_000, "2.5 MB"), (10**16, "10,000 TB")],
)
def test_a_size_is_formatted(count: int | None, shown: str) -> None:
    assert format_size(count, "en") == shown
    assert format_size(count, "de") == shown.replace(",", "_").replace(".", ",").replace("_", ".")


def test_a_time_is_that_of_the_zone_and_to_the_second() -> None:
    assert format_time(None, UTC) == ""
    at = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)
    assert format_time(at, ZoneInfo("Europe/Berlin")) == "2026-07-02 00:30:05"


@pytest.mark.parametrize(
    ("wanted", "variables", "language"),
    [
        ("de", {"LANG": "en_GB.UTF-8"}, "de"),
        (None, {"LANG": "de_DE.UTF-8"}, "de"),
        (None, {"LC_ALL": "en_GB", "LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LC_MESSAGES": "de_AT", "LANG": "C"}, "de"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_the_language_is_the_wanted_one_or_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, wanted: str | None, variables: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert choose_language(wanted) == language


def test_what_the_connector_says_in_english_is_translated_sentence_by_sentence() -> None:
    said = "In 5 records, values cannot be read as the asset says: wert (2). They are in no sum and no mean. Odd."
    assert Output(json=False, lang="en").translate(said) == said
    told = Output(json=False, lang="de").translate(said)
    assert told == (
        "In 5 Datensätzen sind Werte nicht so lesbar, wie das Angebot sagt: wert (2). "
        "Sie fehlen in Summen und Mittelwerten. Odd."
    )
