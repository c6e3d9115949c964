"""Every error of settings, lists, backups, certificates, readiness and network has its sentence in every language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.language.catalogue import LANGUAGES, Language, find_translated_sentence, read_chapter

ROOT = Path(__file__).resolve().parents[2] / "connector"
ROOMS = (
    "settings/reading.py", "app/backup.py", "app/lock.py", "app/parts.py", "app/identities.py", "app/connector.py",
    "app/listeners.py", "authority", "identity/files.py", "identity/keys.py", "identity/roster.py",
    "identity/static_token.py", "identity/mock_token.py", "net/addresses.py", "net/certificates.py", "net/client.py",
    "net/messages/client.py", "net/resolving.py", "net/streams.py", "api/chapters/health.py",
    "store/sqlite/engine/copying.py", "store/sqlite/engine/foreign.py", "store/sqlite/engine/migrate.py",
    "store/sqlite/engine/rows.py", "store/sqlite/engine/writer.py",
)  # fmt: skip
OTHER = (
    " HTTP/1.1\r\n",  # the line of a request
    "value = ",  # TOML that is parsed
    "The mock token ",  # answers to peers, which are in the log only
    "The token is too long.",
    "The header contains no mock token.",
    "The request has no Authorization header",
)
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def _list_files() -> Iterator[Path]:
    for room in ROOMS:
        place = ROOT / room
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def _write_example(node: ast.AST) -> str | None:
    """Return a text of the code, with an example for each value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x1" for part in node.values)
    return None


def _list_sentences() -> Iterator[tuple[str, str]]:
    """Yield the sentences of the rooms, each with its file: three words or more that end like a sentence."""
    for file in _list_files():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            text = _write_example(node)
            nested = isinstance(node, ast.Constant) and id(node) in parts
            if text is None or nested or id(node) in described or any(other in text for other in OTHER):
                continue
            if len(text.split()) >= 3 and text.endswith((".", "x1")):
                yield file.relative_to(ROOT).as_posix(), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_error_of_these_rooms_has_a_sentence_in_every_language(language: Language) -> None:
    found = sorted(set(_list_sentences()))
    assert len(found) > 110
    missing = [entry for entry in found if find_translated_sentence(language, entry[1]) is None]
    assert missing == [], "add them to connector/language/*/commands/faults.py"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_has_no_other_values_than_its_english_one(language: Language) -> None:
    for english, sentence in read_chapter(language, "faults").items():
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


def test_a_hostile_text_is_matched_in_bounded_time_and_depth() -> None:
    text = "The entry is refused: " * 5000
    said = find_translated_sentence("de", text) or ""
    assert len(said) <= 8000
    for _ in range(20):
        find_translated_sentence("de", "x (" * 2000 + "):")
