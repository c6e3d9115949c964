"""Every sentence that the code writes in English and a person can read has its text in every language."""

import ast
import inspect
import re
from collections.abc import Container, Iterator
from pathlib import Path

import pytest

from connector.controlplane.judging.library import template
from connector.language.catalogue import (
    FAULTS,
    LANGUAGES,
    Language,
    find_translated_sentence,
    read_chapter,
    translate_text,
)
from connector.policy.model.errors import PolicyError
from connector.policy.reading.templates import fill

ROOT = Path(__file__).resolve().parents[2] / "connector"
ELSEWHERE = {
    "language": "the catalogue itself",
    "views": "descriptions in /openapi.json, which is in English",
    "settings/model.py": "descriptions in docs/settings.md, which is in English",
    "settings/issuing.py": "descriptions in docs/settings.md, which is in English",
    "settings/people.py": "descriptions in docs/settings.md, which is in English",
    "settings/signaling.py": "descriptions in docs/settings.md, which is in English",
    "binding/dps/dataflows.py": "answers to control planes, which say their own sentence about them",
    "binding/dps/edge.py": "answers to other planes, which say their own sentence about them",
    "binding/dps/transfers.py": "answers to data planes, which are in their log only",
    "settings/kinds.py": "descriptions in docs/settings.md, which is in English",
    "settings/reference.py": "the page docs/settings.md, which is in English",
    "protocol/dsp/machines/state_diagrams.py": "a page of docs, which is in English",
    "cli/reference.py": "the page docs/cli.md, which is in English",
    "cli/frame/usage.py": "patterns of the sentences of typer",
    "cli/demo/run.py": "a command line to copy",
    "api/broker.py": "answers to other connectors, which say their own sentence about them",
    "store/postgres/statements/dialect.py": "statements, and a fault of the code that names a zone",
    "store/graph": "answers to programs that ask in SPARQL",
    "api/portals": "answers to harvesters and other programs, in the language of their standards",
    "policy/analysis/space/shape.py": "a name for developers",
    "policy/reading/templates.py": "faults of the package's own templates; what a person gives has tests below",
    "app/logs.py": "a line of the log",
    "dataplane/formats/quotes.py": "a fault of the code that looks for quotes",
    **{
        f"protocol/dcp/{name}.py": "faults of what peers sign and publish, which are in the log only"
        for name in ("claims", "document", "expanded", "issuance", "issued", "multikey", "objects", "presentations")
    },
    **{
        f"protocol/dcp/{name}.py": "faults of what peers sign and publish, which are in the log only"
        for name in ("requests", "scopes", "status_list")
    },
    **{
        f"identity/dcp/{name}.py": "faults of what peers sign and publish, which are in the log only"
        for name in ("asking", "mechanism", "methods", "presented", "resolver", "self_issued", "statuses")
    },
    "identity/mock_token.py": "answers to peers, which are in the log only",
    "identity/id_tokens.py": "rules of tokens of a provider, which are in the log only",
    "web/chapters/accounts/login.py": "reasons in the log; the pages have sentences of their own",
    "policy/vocabulary/registry.py": "faults of the package's own tables, which its tests find",
    "policy/vocabulary/taxonomy.py": "faults of the package's own tables, which its tests find",
    "policy/model/decision.py": "the short form of an explanation for developers",
    "audit/canonical.py": "faults of the code that writes audit leaves",
    "audit/leaves.py": "faults of the code that writes audit leaves",
    "ports/secret.py": "a fault of the code that makes a secret",
    "resources.py": "a fault of the code that names a packaged file",
    "protocol/dsp/paths.py": "faults of the code that builds paths",
    "store/memory": "the in-memory twins, for tests",
    "store/rules.py": "conflicts of the store, of which the management API says one sentence",
    "store/postgres/chapters.py": "SQL",
    "store/sqlite/chapters": "conflicts of the store, of which the management API says one sentence",
    "controlplane/enforcing/signals.py": "a conflict of two tasks, which is in the log only",
}
"""Files and rooms whose sentences do not reach a person as an error, each with the reason."""
OTHER = (
    " HTTP/1.1\r\n",  # the line of a request
    "HTTP/1.1 x1 ",  # the line of an answer
    "value = ",  # TOML that is parsed
    "PRAGMA ",
    "SELECT ",
    "DELETE FROM x1",  # SQL
    "IF NOT EXISTS x1",  # SQL
    "datenkontor ",  # a command to copy
    "\nExample:",  # in the help
    " May be repeated.",  # in the help
    " in the x1",  # a part of a sentence that has its text
    "is missing: add itx1.",  # a sentence whose last part is told or left out: both have their text
    "Lines that are comments show the default.",  # the head of a file of settings
    " in which this participant is ",  # a part of a sentence that has its text
    "The request has no Authorization header",  # an answer to peers, which is in the log only
)
TEXTS = {"help", "description", "epilog", "summary", "example"}
"""Arguments with texts of the help, which has its own test (tests/cli/test_german.py), and of /openapi.json."""
WORD = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?![\w])")
ENGLISH = re.compile(r"(?<![,`] )\b(The|the|is|are|with|and|of|to|cannot|be|has|not|it)\b")
PART = re.compile(r"(it|its|the|write|bytes|a|an|too|in|not) [a-z]")
"""How a part of a sentence begins that another sentence takes as a value."""
NAME = "HandedInFault"
LOGGED = {"debug", "info", "warning", "error", "exception"}
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def _list_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT)
        if not {name.as_posix(), *(parent.as_posix() for parent in name.parents)} & set(ELSEWHERE):
            yield path


def _write_example(node: ast.AST) -> str | None:
    """Return a text of the code, with an example for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x1" for part in node.values)
    return None


def _is_logged(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in LOGGED and ast.unparse(called.value).strip("_") == "log"


def _list_skipped(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield docstrings, lines of the log, texts of the help, and the parts of texts with values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from (part for part in ast.walk(node) if isinstance(part, ast.Constant))
        elif _is_logged(node):
            yield from ast.walk(node)
        elif isinstance(node, ast.Call):
            yield from (part for word in node.keywords if word.arg in TEXTS for part in ast.walk(word))


def _is_coded(node: ast.AST, codes: Container[str]) -> bool:
    """Whether an error has a code of which the command line says a sentence instead."""
    return isinstance(node, ast.Call) and any(
        isinstance(word, ast.Constant) and isinstance(word.value, str) and word.value in codes for word in node.args[:2]
    )


def _list_sentences(language: Language) -> Iterator[tuple[str, str]]:
    """Yield the sentences of the rooms and their parts, each with its file: three words or more."""
    told = {text for chapter in ("help", "options") for text in read_chapter(language, chapter)}
    codes = read_chapter(language, "codes")
    for file in _list_files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        skipped = {id(node) for node in _list_skipped(tree)}
        coded = (word for node in ast.walk(tree) if _is_coded(node, codes) for word in ast.walk(node))
        skipped |= {id(word) for word in coded if isinstance(word, ast.Constant)}  # values would be lost
        for node in ast.walk(tree):
            text = _write_example(node)
            if text is None or id(node) in skipped or any(other in text for other in OTHER):
                continue
            if {" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")} <= told:
                continue
            whole = text.endswith((".", "x1")) or (PART.match(text) and len(WORD.findall(text)) >= 3)
            if len(WORD.findall(text)) >= 2 and len(text.split()) >= 3 and whole:
                yield file.relative_to(ROOT).as_posix(), text


def _is_told(language: Language, text: str) -> bool:
    """Whether a sentence has a text in a language, all of it: no part of another sentence's text stands for it."""
    told = find_translated_sentence(language, text) or read_chapter(language, "problems").get(text)
    return told is not None and not ENGLISH.search(re.sub(r"`[^`]*`", "", told))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_of_the_code_has_a_text_in_every_language(language: Language) -> None:
    found = sorted(set(_list_sentences(language)))
    assert len(found) > 400
    missing = [entry for entry in found if not _is_told(language, entry[1])]
    assert missing == [], "add them to a chapter of FAULTS in connector/language/*/commands"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_has_no_other_values_than_its_english_one(language: Language) -> None:
    for english, sentence in (entry for chapter in FAULTS for entry in read_chapter(language, chapter).items()):
        count = english.count("{}")
        assert all(f"{{{number}}}" not in sentence for number in range(count, 9)), english
        assert sentence.format(*(f"v{number}" for number in range(count)))


def test_the_values_of_a_sentence_are_translated_too() -> None:
    said = find_translated_sentence(
        "de", "/k.pem is not an identity card: The entry of urn:a is refused: The JWK is not a point on its curve."
    )
    assert said == (
        "/k.pem ist kein Teilnehmerausweis: Der Eintrag von urn:a wird abgelehnt: Der JWK ist kein Punkt seiner Kurve."
    )
    assert find_translated_sentence("de", "/k.pem cannot be read: Permission denied.") == (
        "/k.pem lässt sich nicht lesen: keine Berechtigung."
    )
    assert find_translated_sentence("de", "Nobody wrote this.") is None
    assert find_translated_sentence("en", "Nobody wrote this.") == "Nobody wrote this."


def test_a_sentence_that_follows_one_of_another_place_is_translated_with_it() -> None:
    advice = "Correct the source, or add the asset without a trial (`unchecked`)."
    said = translate_text("de", f"The backend answered with status 404 instead of data. {advice}")
    assert said == (
        "Die Quelle hat mit Status 404 statt mit Daten geantwortet. Bitte die Quelle berichtigen oder das Angebot ohne "
        "Probe anlegen (--unchecked)."
    )


@pytest.mark.parametrize("chapter", FAULTS)
def test_what_is_put_before_a_sentence_is_no_bar_to_its_text(chapter: str) -> None:
    for language in TRANSLATED:
        for english in read_chapter(language, chapter):
            if english.startswith("{} ") and english[3].isupper() and english.count("{}") == 1:
                said = translate_text(language, english.replace("{}", "The store is closed: open it again."))
                assert english[3:] not in said


def test_a_hostile_text_is_matched_in_bounded_time_and_depth() -> None:
    text = "The entry is refused: " * 5000
    said = find_translated_sentence("de", text) or ""
    assert len(said) <= 8000
    for _ in range(20):
        find_translated_sentence("de", "x (" * 2000 + "):")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("price", "0,50", "Der Parameter price kann nicht '0,50' sein: bitte eine Zahl wie 2.5 angeben."),
        ("Preis", "2", "Die Vorlage paid hat keinen Parameter 'Preis': möglich sind price."),
        ("price", "", "Der Parameter price fehlt: bitte eine Zahl wie 2.5 angeben."),
    ],
)
def test_what_is_wrong_with_a_parameter_is_told_with_what_to_give(name: str, value: str, said: str) -> None:
    with pytest.raises(PolicyError) as refused:
        fill(template("paid"), {name: value})
    assert find_translated_sentence("de", refused.value.sentence) == said


def test_a_choice_that_is_none_is_told_with_the_choices() -> None:
    with pytest.raises(PolicyError) as refused:
        fill(template("purpose"), {"purpose": "dpv:Marketing"})
    said = find_translated_sentence("de", refused.value.sentence) or ""
    assert said.startswith("Der Parameter purpose kann nicht 'dpv:Marketing' sein: bitte einen der Werte dpv:Public")


def test_what_is_wrong_with_a_text_that_is_handed_in_has_a_text_in_every_language() -> None:
    tree = ast.parse((ROOT / "views" / "handed_in.py").read_text(encoding="utf-8"))
    raised = [node.args[0] for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == NAME]
    said = [text for text in map(_write_example, raised) if text]
    assert len(said) > 7
    assert [text for text in said for language in TRANSLATED if not _is_told(language, text)] == []
