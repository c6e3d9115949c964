"""Every command speaks German with `--lang de`: tables, details, errors, the doctor and help."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from connector.app.listeners import ListenFailed
from connector.cli.assets.details import describe_asset
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import Output
from connector.cli.frame.usage import explain_usage
from connector.cli.main import WORDS, _report_unforeseen, app
from connector.cli.reference import list_commands
from connector.language.catalogue import find_sentence, find_translated_sentence, read_chapter
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset, negotiation

ROOM = Path(__file__).resolve().parents[2] / "connector" / "cli"
TREES = {path.relative_to(ROOM).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.rglob("*.py")}
# Words that are the same in both languages.
SAME = {
    "CKAN",
    "SHA-256",
    "Status",
    "Name",
    "Format",
    "Bytes",
    "Version",
    "Person",
    "Problem",
    "Parameter",
    "Text",
    "HTTP",
    "Webhook",
}
DETAILS = {"_build_fields", "to_common_fields", "describe_sighting", "to_fields", "show"}


def _prints_details(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "print_details" for node in ast.walk(function))


def _list_fields() -> Iterator[tuple[str, str]]:
    """Yield the name of each column and of each detail with its file."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict) and any(isinstance(value, ast.Lambda) for value in node.values):
                yield from ((file, str(key.value)) for key in node.keys if isinstance(key, ast.Constant))
            if isinstance(node, ast.FunctionDef) and (node.name in DETAILS or _prints_details(node)):
                members = [entry for entry in ast.walk(node) if isinstance(entry, ast.Dict) and len(entry.keys) > 2]
                keys = [key for entry in members for key in entry.keys]
                yield from ((file, str(key.value)) for key in keys if isinstance(key, ast.Constant))


@pytest.mark.parametrize(("file", "name"), sorted(set(_list_fields())))
def test_every_heading_and_every_detail_has_a_german_name(file: str, name: str) -> None:
    assert name in read_chapter("de", "fields"), f"{file}: add {name!r} to connector/language/*/fields.py"


@pytest.mark.parametrize("chapter", ["fields", "values"])
def test_german_names_are_german(chapter: str) -> None:
    english = read_chapter("en", chapter)
    assert all(key == word for key, word in english.items())
    equal = {word for key, word in read_chapter("de", chapter).items() if word.casefold() == key.casefold()}
    assert equal <= SAME


def test_every_detail_of_an_asset_has_a_german_name() -> None:
    policies = {"policy": "", "access": "", "reservation": ""}
    assert set(describe_asset(asset(), Output(json=False, lang="de"), policies)) <= set(read_chapter("de", "fields"))


def test_a_table_names_columns_states_and_classes_in_german(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets", {"items": [asset(id="air", status="published")], "next": None})
    heading, row = cli("asset", "list", "--lang", "de").out.splitlines()
    assert heading.split() == ["KENNUNG", "TITEL", "STATUS", "SCHUTZKLASSE", "QUELLE"]
    assert "veröffentlicht" in row
    management.answer("GET", "/v1/negotiations", {"items": [negotiation("FINALIZED")], "next": None})
    assert "abgeschlossen" in cli("negotiation", "list", "--lang", "de").out
    assert "FINALIZED" in cli("negotiation", "list", "--lang", "de", "--json").out


def _list_keys() -> Iterator[tuple[str, str | None]]:
    """Yield the key of each failure with its place; None where it is not the key of a sentence."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"Failure", "NotShown"}
            ):
                key = node.args[-1]
                choices = [key.body, key.orelse] if isinstance(key, ast.IfExp) else [key]
                for choice in choices:
                    yield f"{file}:{node.lineno}", str(choice.value) if isinstance(choice, ast.Constant) else None


def test_no_failure_is_a_sentence_in_the_code() -> None:
    """Each has a key, so that its sentence is there in every language."""
    own = {"demo/show.py", "commands/consent.py", "commands/tenant.py"}  # They pass the key of a failure on.
    strays = [
        f"{place}: {key}"
        for place, key in _list_keys()
        if place.partition(":")[0] not in own and not (key and find_sentence("de", key))
    ]
    assert strays == []


def test_a_failure_is_german_and_so_is_the_problem_of_the_system() -> None:
    failure = Failure(Code.FAILED, "errors.not-writable", path="/x", problem="Permission denied")
    assert failure.say("de") == "/x lässt sich nicht schreiben: keine Berechtigung."
    assert str(failure) == failure.say("en") == "/x cannot be written: Permission denied."
    foreign = Failure(Code.FAILED, "errors.reported", reason={"en": "It failed."})
    assert (foreign.say("de"), foreign.say("en")) == ("Meldung auf Englisch: „It failed.“", "It failed.")
    known = Failure(Code.FAILED, "errors.reported", reason={"en": "It failed.", "de": "Gescheitert."})
    assert known.say("de") == "Gescheitert."


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("rooster",), "Unbekannter Befehl rooster: gemeint ist vielleicht roster."),
        (("quux",), "Unbekannter Befehl quux: `datenkontor --help` zeigt alle Befehle."),
        (("asset", "lisst"), "Unbekannter Befehl lisst: gemeint ist vielleicht list."),
        (("asset", "show"), "Es fehlt die Angabe ASSET."),
        (("received", "clean"), "Es fehlt die Option --older-than."),
        (("asset", "list", "--limit", "many"), "Ungültiger Wert für --limit: bitte eine ganze Zahl angeben."),
        (("asset", "list", "--limit", "0"), "Ungültiger Wert für --limit: der kleinste erlaubte ist 1."),
        (("asset", "list", "--limit", "501"), "Ungültiger Wert für --limit: der größte erlaubte ist 500."),
        (
            ("get", "1", "--timeout", "x"),
            "Ungültiger Wert für --timeout: bitte eine Zahl angeben, Dezimalstellen mit Punkt.",
        ),
        (
            ("asset", "list", "--status", "x"),
            "Ungültiger Wert für --status: x gehört nicht zu draft, published, withdrawn.",
        ),
        (("asset", "list", "--qqq"), "Unbekannte Option --qqq."),
        (("asset", "list", "--limitt", "3"), "Unbekannte Option --limitt: gemeint ist vielleicht --limit."),
        (("asset", "list", "--all=1"), "Die Option --all nimmt keinen Wert an."),
        (("asset", "list", "x"), "Überzählige Angabe: x"),
    ],
)
def test_a_slip_is_answered_in_german(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    said = cli(*arguments, "--lang=de").err
    assert said == f"datenkontor: {sentence}\n"
    monkeypatch.setenv("DATENKONTOR_LANG", "de")
    assert cli(*arguments).err == said


def test_an_option_at_the_end_without_its_value_is_told_in_german(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert cli("asset", "list", "--limit").err == "datenkontor: Die Option --limit braucht einen Wert.\n"


def test_a_sentence_of_typer_that_is_not_known_is_quoted() -> None:
    assert explain_usage("Something new.", "de") == "Falscher Aufruf. Einzelheiten auf Englisch: „Something new.“"
    assert explain_usage("Something new.", "en") == "Something new."


def test_an_error_of_the_connector_is_told_by_its_sentence_else_by_its_code(cli: Cli, management: Management) -> None:
    error = {"code": "no-asset", "reason": "Nobody wrote this."}
    management.answer("POST", "/v1/assets/air/publish", {"error": error}, status=409)
    told = cli("asset", "publish", "air", "--lang", "de").err
    assert told == "datenkontor: Das Angebot ist unbekannt: `datenkontor asset list` zeigt alle Angebote.\n"
    management.answer("POST", "/v1/assets/air/publish", {"error": {**error, "code": "odd"}}, status=409)
    assert (
        cli("asset", "publish", "air", "--lang", "de").err
        == "datenkontor: Meldung auf Englisch: „Nobody wrote this.“\n"
    )
    known = {"code": "odd", "reason": "The currency is not supported: convert the amount to EUR. Nobody wrote this."}
    management.answer("POST", "/v1/assets/air/publish", {"error": known}, status=409)
    assert cli("asset", "publish", "air", "--lang", "de").err == (
        "datenkontor: Diese Währung wird nicht unterstützt: bitte den Betrag in EUR umrechnen. Nobody wrote this.\n"
    )


def test_every_code_with_a_german_sentence_exists() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in ROOM.parent.rglob("*.py") if "language" not in path.parts
    )
    assert [name for name in read_chapter("de", "codes") if f'"{name}"' not in code] == []


def test_no_finding_of_the_doctor_is_a_sentence_in_the_code() -> None:
    findings = [
        node
        for node in ast.walk(TREES["commands/doctor.py"])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_find"
    ]
    words = {str(part.value) for node in findings for part in ast.walk(node.args[2]) if isinstance(part, ast.Constant)}
    assert len(findings) > 30
    known = set(read_chapter("de", "doctor"))
    assert {word for word in words if word not in known} <= {"key"}
    assert not [entry for tree in TREES.values() for entry in ast.walk(tree) if _is_spelled_out(entry)]


def _is_spelled_out(node: ast.AST) -> bool:
    """Whether a diagnosis is made of a text of the code instead of a sentence of the catalogue."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Diagnosis"
        and any(isinstance(word.value, ast.Constant | ast.JoinedStr) for word in node.keywords)
    )


def test_the_doctor_speaks_german_and_its_names_for_programs_stay(cli: Cli) -> None:
    cli("init", "firma")
    settings = ("--settings", "firma/datenkontor.toml", "--lang", "de")
    lines = cli("doctor", *settings).out.splitlines()
    names = [line[2:].partition(":")[0] for line in lines]
    assert names[:3] == ["Einstellungen", "Schlüssel", "Uhr"]
    assert {"Datenbank", "angebotene Dateien", "Teilnehmerliste", "Broker", "öffentliche Adresse", "Betrieb"} < set(
        names
    )
    assert "– Betrieb: Das lässt sich nicht prüfen: erst den Konnektor starten." in lines
    checks = cli("doctor", "--json", *settings).json["checks"]
    assert [check["name"] for check in checks][:3] == ["settings", "key", "clock"]
    assert checks[2]["sentence"].startswith("Die Uhr zeigt ")


def _list_paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in inspect.cleandoc(text or "").split("\n\n")]


def test_every_command_has_german_help_and_none_is_left_over() -> None:
    commands: list[Any] = [typer.main.get_command(app), *(command for _, command in list_commands())]
    told = {
        part for command in commands for text in (command.help, command.short_help) for part in _list_paragraphs(text)
    }
    told |= {word.help for word in WORDS.values()}
    assert told - {""} == set(read_chapter("de", "help"))


def test_every_option_has_german_help_and_none_is_left_over() -> None:
    root: Any = typer.main.get_command(app)
    parameters = [*root.params, *(parameter for _, command in list_commands() for parameter in command.params)]
    told = {" ".join(parameter.help.split()) for parameter in parameters if getattr(parameter, "help", None)}
    assert told | {"Show this message and exit."} == set(read_chapter("de", "options"))


def test_words_of_closed_lists_are_german_in_tables_and_details() -> None:
    german = Output(json=False, lang="de")
    assert german.format_entry("for", "provider") == german.format_entry("offered by", "provider") == "Anbieter"
    assert german.name_value("ContractAgreementMessage") == "Vertrag"
    assert describe_asset(asset(), german, {"policy": ""})["source"] == "Datei path=air.csv"


def test_a_template_shows_each_parameter_under_the_option_that_sets_it(cli: Cli) -> None:
    shown = cli("policy", "template", "show", "purpose", "--lang", "de").out
    assert "\n--set purpose  Zweck (Auswahl; " in shown
    assert "\n--set period   Laufzeit ab Vertragsschluss (Dauer; P1D … P5Y; = P1Y)" in shown


def test_an_error_at_the_start_is_told_in_german(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATENKONTOR_LANG", "de")
    said = "The listener data cannot be opened at 127.0.0.1:1 (Address already in use): set data.port to a free port, "
    _report_unforeseen(ListenFailed, ListenFailed(said + "and the port in the public address to the same one."), None)
    told = capsys.readouterr().err
    assert told.startswith(
        "datenkontor: Der Port von data ist unter 127.0.0.1:1 nicht zu öffnen (Adresse bereits belegt)"
    )


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("asset", "withdraw", "air"), "assets"),
        (("asset", "remove", "air"), "assets"),
        (("agreement", "withdraw", "air"), "agreements"),
        (("negotiation", "reject", "air"), "negotiations"),
        (("negotiation", "terminate", "air"), "negotiations"),
        (("transfer", "terminate", "air"), "transfers"),
    ],
)
def test_what_does_not_exist_is_told_before_a_confirmation_is_asked_for(
    cli: Cli, management: Management, arguments: tuple[str, ...], path: str
) -> None:
    management.refuse("GET", f"/v1/{path}/air", 404, f"no-{path.removesuffix('s')}", f"Unknown {path} air: list them.")
    management.answer("GET", "/v1/assets", {"items": [], "next": None})
    done = cli(*arguments)
    assert (done.code, "--yes" in done.err) == (3, False)


def test_why_a_participant_list_is_refused_is_german() -> None:
    reason = "The participant list is refused: kid does not name one of the issuer's keys."
    told = find_translated_sentence("de", reason) or ""
    assert told.startswith("Die Teilnehmerliste wird abgelehnt: kid ")
    assert "issuer" not in told
