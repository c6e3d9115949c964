"""Help in the language of the call."""

import pytest

from connector.cli.frame.speaking import translate_paragraphs
from tests.cli.conftest import Cli


def test_the_help_of_a_command_is_german_but_for_its_words(cli: Cli) -> None:
    shown = cli("asset", "list", "--help", "--lang", "de")
    assert shown.code == 0
    assert shown.out.startswith(
        "Aufruf: datenkontor asset list [OPTIONEN]\n\n  Die Angebote auflisten, neueste zuerst."
    )
    text = " ".join(shown.out.split())
    assert "Zahl der Zeilen auf einer Seite. [Standard: 50; 1<=x<=500]" in text
    assert "--help Diese Hilfe anzeigen. Beispiel: datenkontor asset list" in text


def test_the_overviews_are_german_by_the_environment(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATENKONTOR_LANG", "de")
    first = "Befehle:\n  init          Einen Konnektor oder einen Broker in einem Ordner einrichten."
    assert first in cli("--help").out
    alone = cli("hold")
    assert (alone.code, alone.err.startswith("Aufruf: datenkontor hold [OPTIONEN] BEFEHL")) == (2, True)
    monkeypatch.setenv("DATENKONTOR_LANG", "en")
    assert cli("hold", "--help").out.startswith("Usage: datenkontor hold [OPTIONS] COMMAND [ARGS]...")


def test_each_paragraph_is_a_line_of_its_own() -> None:
    assert translate_paragraphs("Show the\n    version.\n\n    Unknown.", "de") == "Die Version anzeigen.\n\nUnknown."
    assert translate_paragraphs(None, "de") is None
