"""The lookup of sentences, and what holds for the sentences of all languages."""

import ast
import doctest
import re
import string
from functools import cache
from pathlib import Path

import pytest

from connector.dataplane.addresses import describe_addresses, describe_sinks
from connector.language import catalogue
from connector.language.catalogue import (
    LANGUAGES,
    Language,
    find_sentence,
    match_language,
    read_chapter,
    say,
    say_in_all,
    translate_text,
    write_in_all,
)

ROOT = Path(__file__).resolve().parents[2]
ROOM = ROOT / "connector" / "language"
PAGES = ROOT / "connector" / "web"
# The chapters of translations are empty in English, which the code declares: tests/cli/test_german.py reads them.
CHAPTERS = sorted(
    path.stem
    for path in (ROOM / LANGUAGES[0]).rglob("*.py")
    if "SENTENCES:" in path.read_text(encoding="utf-8") and read_chapter("en", path.stem)
)
SENTENCES = [(chapter, key) for chapter in CHAPTERS for key in read_chapter(LANGUAGES[0], chapter)]


def _placeholders(sentence: str) -> set[str]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(sentence) if name is not None}


@cache
def _used() -> tuple[frozenset[str], tuple[re.Pattern[str], ...], frozenset[str]]:
    """The strings of the code outside this room, its f-strings as patterns, and all words of code and data."""
    strings, patterns = set(), set()
    for path in (ROOT / "connector").rglob("*.py"):
        if ROOM in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else "(.+?)" for v in node.values]
                patterns.add("".join(parts))
                if PAGES in path.parents:
                    # The pages have one chapter, which their words add.
                    patterns.add(re.escape("pages.") + "".join(parts))
    for path in (PAGES / "templates").glob("*.html"):
        template = path.read_text(encoding="utf-8")
        strings |= set(re.findall(r"'([\w.-]+)'", template))
        # A key that a template composes: its beginning, and a word of the code behind it.
        begun = re.findall(r"say\('([\w.-]+-)' ~", template)
        patterns |= {re.escape(begin if "." in begin else f"pages.{begin}") + "(.+?)" for begin in begun}
    chapters = "|".join(re.escape(chapter) for chapter in CHAPTERS)
    mine = tuple(re.compile(pattern) for pattern in patterns if re.match(rf"({chapters})\\\.", pattern))
    data = [path.read_text(encoding="utf-8") for path in (ROOT / "policies").rglob("*.toml")]
    words = {word for text in [*strings, *data] for word in re.findall(r"[\w-]+", text)}
    # The page names the members of addresses, which are those of their types.
    forms = [*describe_addresses().values(), *describe_sinks().values()]
    words |= {member.name for form in forms for member in form.members}
    words |= {
        member.name for form in forms for part in form.parts for variant in part.variants for member in variant.members
    }
    return frozenset(strings), mine, frozenset(words)


def _is_used(key: str) -> bool:
    """Whether the code has the whole key, or a pattern of it and the parts that fill the pattern."""
    strings, patterns, words = _used()
    if key in strings:
        return True
    for found in filter(None, (pattern.fullmatch(key) for pattern in patterns)):
        codes = [group.rpartition(":")[2] for group in found.groups()]
        if all(code in strings or code in words for code in codes):
            return True
    return False


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(catalogue).failed == 0


def test_every_language_is_a_folder_and_every_folder_a_language() -> None:
    assert {path.name for path in ROOM.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_all_languages_have_the_same_keys_in_the_same_order(chapter: str, language: Language) -> None:
    assert list(read_chapter(language, chapter)) == list(read_chapter(LANGUAGES[0], chapter))


@pytest.mark.parametrize(("chapter", "key"), SENTENCES)
def test_all_languages_have_the_same_placeholders_and_no_empty_sentence(chapter: str, key: str) -> None:
    said = [read_chapter(language, chapter)[key] for language in LANGUAGES]
    assert all(sentence.strip() for sentence in said)
    assert all(_placeholders(sentence) == _placeholders(said[0]) for sentence in said)
    assert all(name.isidentifier() for name in _placeholders(said[0]))


@pytest.mark.parametrize(("chapter", "key"), SENTENCES)
def test_every_sentence_is_used(chapter: str, key: str) -> None:
    """But for the functions of parties, which only documents name: all of the standard have a phrase."""
    assert _is_used(f"{chapter}.{key.removesuffix('-one')}") or key.startswith("function:")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("chapter", "key"), [entry for entry in SENTENCES if not entry[1].endswith("-one")])
def test_a_sentence_with_a_count_is_right_for_one(chapter: str, key: str, language: Language) -> None:
    """The count stands behind a colon, or there is a sentence for exactly one."""
    sentences = read_chapter(language, chapter)
    if "{count}" in sentences[key]:
        assert f"{key}-one" in sentences or ": {count}" in sentences[key]


def test_a_count_is_written_by_its_language_and_chooses_the_form_of_its_words() -> None:
    assert [say("en", "policy.conditions", count=count) for count in (0, 1, 2)] == [
        "0 conditions",
        "1 condition",
        "2 conditions",
    ]
    assert [say("de", "policy.more-rules", count=count) for count in (1, 1234)] == [
        "1 weitere Regel",
        "1.234 weitere Regeln",
    ]
    assert say("en", "policy.more-rules", count=12345) == "12,345 more rules"


def test_a_sentence_is_said_with_its_values() -> None:
    assert say("en", "policy.tier-provider") == "enforced here"
    said = say_in_all("policy.tier-provider", unused=1)
    assert tuple(said) == LANGUAGES
    assert (said["de"], said["en"]) == ("hier durchgesetzt", "enforced here")
    assert write_in_all(lambda language: language * 2) == {language: language * 2 for language in LANGUAGES}


def test_a_value_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "find_sentence", lambda _language, _key: "On {day}, {{really}}.")
    assert say("en", "policy.tier-provider", day="Monday") == "On Monday, {really}."
    with pytest.raises(LookupError, match="needs a value for 'day'"):
        say("en", "policy.tier-provider")


def test_what_does_not_exist_fails_loudly() -> None:
    assert find_sentence("de", "policy.unheard-of") is None
    with pytest.raises(LookupError, match=r"no sentence 'policy\.unheard-of'"):
        say("de", "policy.unheard-of")
    with pytest.raises(LookupError, match="no chapter 'unheard-of'"):
        say("de", "unheard-of.demo")
    with pytest.raises(ValueError, match=f"no texts in the language 'qq': use one of {', '.join(LANGUAGES)}"):
        say("qq", "policy.tier-provider")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("de_DE.UTF-8", "de"), ("DE-at", "de"), ("en-GB", "en"), ("qq", None), ("C", None), ("", None)],
)
def test_a_tag_or_a_locale_names_a_language(tag: str, language: Language | None) -> None:
    assert match_language(tag) == language


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (
            "Sources that could not be read: 2 (urn:x (The backend cannot be read: http://x does not accept "
            "connections (Connection refused).), urn:y (The backend answered with status 404 instead of data.))",
            "Nicht lesbare Quellen: 2 (urn:x (Die Quelle lässt sich nicht lesen: http://x nimmt keine Verbindungen an "
            "(Verbindung abgelehnt).), urn:y (Die Quelle hat mit Status 404 statt mit Daten geantwortet.))",
        ),
        (
            "The data cannot be read as its description says. The header line of the CSV has a name twice: rename one "
            "of the fields.",
            "Die Daten lassen sich nicht so lesen, wie ihre Beschreibung sagt. Die Kopfzeile der CSV-Daten nennt einen "
            "Namen zweimal: bitte eines der Felder umbenennen.",
        ),
        (
            "The provider has withdrawn from the agreement. Nobody wrote this.",
            "Der Anbieter ist vom Vertrag zurückgetreten. Nobody wrote this.",
        ),
    ],
)
def test_sentences_beside_and_within_others_are_told_in_german(english: str, german: str) -> None:
    assert translate_text("de", english) == german


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_decision_tells_peers_and_pages_names_no_command(language: Language) -> None:
    command = re.compile(r"`|--[a-z]|datenkontor ")
    told = read_chapter(language, "reasons")
    assert [key for key, sentence in told.items() if command.search(sentence)] == []
