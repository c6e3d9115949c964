"""The sentences of every language, looked up by chapter and key.

A language is one folder beside this file and its code in `Language`. A chapter is a module of that folder with
`SENTENCES`; it is imported when its first sentence is needed. Pure: standard library only.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Literal, TypeAlias, TypeVar, cast, get_args

from connector.language.grammar import Grammar

Language: TypeAlias = Literal["de", "en"]
"""The languages of all texts: a further language is a folder of this room and its code here."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
FAULTS = (
    *("faults", "refusals", "flows", "documents", "board", "logins", "seals", "planes"),
    *("forms", "sources", "brokers", "issuing", "trust", "stores", "recipes", "sinks", "levels"),
)
"""The chapters of what the code writes in English: of the process, of use cases and peers, of data, of documents."""
COMMANDS = (
    *FAULTS,
    "codes",
    "doctor",
    "errors",
    "fields",
    "help",
    "options",
    "problems",
    "setup",
    "tenants",
    "usage",
    "values",
)
"""The chapters of the command line, which are in the folder `commands` of a language."""

_LONGEST_SENTENCE, _DEEPEST_SENTENCE = 4000, 4

_LONGEST_ACCEPTED, _MOST_ACCEPTED = 1000, 50
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)", re.IGNORECASE)
_LISTED = re.compile(r"(\S+) \((.+?)\)(?=, \S+ \(|$)", re.DOTALL)
"""A name with a sentence about it, such as a dataset with what is wrong with its source."""

Written = TypeVar("Written")


def say(language: Language, key: str, /, **values: object) -> str:
    """Return a sentence of the catalogue with its placeholders filled.

    Parameters:
        language: the language of the sentence.
        key: `chapter.key`.
        values: a value for each placeholder; the sentence of a language may ignore some of them. A number as `count`
            is written as the language writes numbers, and for exactly one the sentence is that of `chapter.key-one`.

    Raises:
        ValueError: the language is unknown.
        LookupError: the chapter, the key or the value of a placeholder is missing.

    >>> say("en", "policy.tier-provider")
    'enforced here'
    """
    sentence = find_sentence(language, key)
    count = values.get("count")
    if isinstance(count, int):
        grammar = read_grammar(language)
        if grammar.find_form(count) == "one":
            sentence = find_sentence(language, f"{key}-one") or sentence
        values = values | {"count": grammar.write_number(Decimal(count))}
    if sentence is None:
        raise LookupError(f"The catalogue {language!r} has no sentence {key!r}: add it in every language.")
    try:
        return sentence.format_map(values)
    except KeyError as error:
        raise LookupError(f"The sentence {key!r} needs a value for {error}: pass it by name.") from error


def say_in_all(key: str, /, **values: object) -> dict[str, str]:
    """Return a sentence in every language, for texts that are stored and sent in all of them.

    >>> say_in_all("policy.tier-provider")["de"]
    'hier durchgesetzt'
    """
    return write_in_all(lambda language: say(language, key, **values))


def write_in_all(write: Callable[[Language], Written]) -> dict[str, Written]:
    """Return what a function writes, a text or several, in every language.

    >>> write_in_all(str.upper)["en"]
    'EN'
    """
    return {language: write(language) for language in LANGUAGES}


def find_sentence(language: Language, key: str) -> str | None:
    """Return a sentence with its placeholders; None if the chapter has no such key.

    >>> find_sentence("en", "policy.unheard-of") is None
    True
    """
    chapter, _dot, name = key.partition(".")
    return read_chapter(language, chapter).get(name)


def find_translation(language: Language, chapter: str, text: str) -> str:
    """Return a text that the code declares in English, such as the help of an option, in a language.

    The chapter of the language has it under the English text; a text that is missing there stays English.

    >>> find_translation("de", "problems", "Permission denied")
    'keine Berechtigung'
    """
    return read_chapter(language, chapter).get(text, text)


def find_translated_sentence(language: Language, text: str) -> str | None:
    """Return a sentence that the code writes in English, with its values, in a language; None if it has none there.

    The chapters of `FAULTS` have it under the English sentence, with `{}` for each value. Values that are sentences or
    problems themselves are translated too.

    >>> find_translated_sentence("de", "The settings file a.toml cannot be read: Permission denied.")
    'Die Einstellungen a.toml lassen sich nicht lesen: keine Berechtigung.'
    """
    if language == "en":
        return text
    return _translate(language, text[:_LONGEST_SENTENCE], _DEEPEST_SENTENCE)


def translate_text(language: Language, text: str) -> str:
    """Return sentences that the code writes in English in a language; what has no text there stays English.

    >>> translate_text("de", "The store is closed: open it again. Nobody wrote this.")
    'Die Datenbank ist geschlossen: bitte erneut öffnen. Nobody wrote this.'
    """
    return " ".join(told or part for part, told in find_translations(language, text))


def find_translations(language: Language, text: str) -> list[tuple[str, str | None]]:
    """Return each sentence of a text with what it is in a language, None if it has no text there.

    A sentence ends with a full stop, and a capital follows. Several that have one text stay together. One may have its
    text only behind another one, as `{} It is so.`

    >>> find_translations("de", "It failed. The record cannot be read.")
    [('It failed.', None), ('The record cannot be read.', 'Das Verzeichnis ist nicht lesbar.')]
    """
    parts = re.split(r"(?<=\.) (?=[A-Z])", text)
    found = [(part, find_translated_sentence(language, part) or _find_beside(language, part)) for part in parts]
    return found if any(told for _, told in found) else [(text, find_translated_sentence(language, text))]


def tell_reason(language: Language, reason: str, reasons: Mapping[str, str] | None = None) -> str:
    """Return a reason that a connector gave, in a language: `reasons` has it by language, as far as it was given so.

    What has no text in the language is quoted: these are the words of whoever gave the reason.

    >>> tell_reason("de", "Number of uses: expected at most 3.", {"de": "Anzahl der Nutzungen: erwartet höchstens 3."})
    'Anzahl der Nutzungen: erwartet höchstens 3.'
    >>> tell_reason("de", "Come back later.")
    '„Come back later.“'
    """
    if not reason or (reasons and language in reasons):
        return translate_text(language, (reasons or {}).get(language, ""))
    found = [(reason, None)] if reasons else find_translations(language, reason)
    return " ".join(told or read_grammar(language).quote(part) for part, told in found)


def _find_beside(language: Language, sentence: str) -> str | None:
    """Return the text of a sentence that has one only beside another sentence, behind or before it."""
    told = find_translated_sentence(language, f"{{}} {sentence}")
    if told and told.startswith("{} "):
        return told.removeprefix("{} ")
    told = find_translated_sentence(language, f"{sentence} {{}}")
    return told.removesuffix(" {}") if told and told.endswith(" {}") else None


def _translate(language: Language, text: str, depth: int) -> str | None:
    for pattern, sentence in _compile_faults(language) if depth else ():
        if found := pattern.fullmatch(text):
            return sentence.format(*(_translate_value(language, value, depth - 1) for value in found.groups()))
    return None


def _translate_value(language: Language, value: str, depth: int) -> str:
    """Return a value of a sentence in a language: a sentence, one whose full stop is that of the whole, or a word."""
    listed = list(_LISTED.finditer(value)) if depth > 0 else []
    if listed and ", ".join(found[0] for found in listed) == value:
        return ", ".join(f"{found[1]} ({_translate_value(language, found[2], depth - 1)})" for found in listed)
    if told := _translate(language, value, depth):
        return told
    if told := _translate(language, f"{value}.", depth):
        return told.removesuffix(".")
    return find_sentence(language, f"values.{value}") or _find_problem(language, value)


def _find_problem(language: Language, value: str) -> str:
    """Return a problem in a language; the system and the network do not agree on its first letter."""
    problems = read_chapter(language, "problems")
    return problems.get(value) or problems.get(value[:1].lower() + value[1:], value)


@cache
def _compile_faults(language: Language) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns of the English sentences, those with the most words of their own first."""
    told = [entry for chapter in FAULTS for entry in read_chapter(language, chapter).items()]
    # What peers send as a reason of their own is in both catalogues, by its key.
    processes = read_chapter(language, "processes")
    told += [(text, processes[key]) for key, text in read_chapter("en", "processes").items() if "{" not in text]
    faults = sorted(told, key=lambda entry: -len(entry[0].replace("{}", "")))
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, english.split("{}"))), re.DOTALL), sentence)
        for english, sentence in faults
    )


def find_label(language: Language, key: str, row: Mapping[str, str]) -> str:
    """Return the label of a row of data, such as an operand.

    Parameters:
        language: the language of the label.
        key: the key of the row in the chapter `labels` of a language that has no column in the data.
        row: the labels of the row by language; its English one stands in for a label that is missing.

    >>> find_label("de", "operand:odrl:purpose", {"de": "Zweck", "en": "purpose"})
    'Zweck'
    """
    return row[language] if language in row else read_chapter(language, "labels").get(key, row["en"])


def find_label_in_all(key: str, row: Mapping[str, str]) -> dict[str, str]:
    """Return the label of a row of data in every language.

    >>> find_label_in_all("operand:odrl:purpose", {"de": "Zweck", "en": "purpose"})["de"]
    'Zweck'
    """
    return write_in_all(lambda language: find_label(language, key, row))


def match_language(tag: str) -> Language | None:
    """Return the language of a tag or of a locale; None if there are no texts in it.

    >>> match_language("de_DE.UTF-8")
    'de'
    """
    return next((language for language in LANGUAGES if tag.lower().startswith(language)), None)


def choose_language(accepted: str) -> Language:
    """Return the language that a reader likes best of those that there are; German where nothing fits.

    Parameters:
        accepted: the value of `Accept-Language` (RFC 9110, section 12.5.4); empty if nothing was said.

    >>> choose_language("fr, en;q=0.8, de;q=0.5"), choose_language("en;q=0, de"), choose_language("fr")
    ('en', 'de', 'de')
    """
    best: tuple[float, Language] = (0.0, "de")
    for said in accepted[:_LONGEST_ACCEPTED].split(",")[:_MOST_ACCEPTED]:
        tag, _, weight = said.partition(";")
        found = match_language(tag.strip())
        liked = float(weighed[1]) if (weighed := _WEIGHT.fullmatch(weight.strip())) else 0.0 if weight.strip() else 1.0
        if found and liked > best[0]:
            best = liked, found
    return best[1]


@cache
def read_chapter(language: Language, chapter: str) -> Mapping[str, str]:
    """Return all sentences of a chapter in one language.

    Raises:
        ValueError: the language is unknown.
        LookupError: the language has no such chapter.
    """
    return cast(Mapping[str, str], _import_module(language, chapter).SENTENCES)


@cache
def read_grammar(language: Language) -> Grammar:
    """Return the rules by which a language writes lists, quotations, numbers and dates.

    Raises:
        ValueError: the language is unknown.

    >>> read_grammar("en").join(["a", "b", "c"], "and")
    'a, b and c'
    """
    return cast(Grammar, _import_module(language, "grammar").GRAMMAR)


def _import_module(language: Language, module: str) -> ModuleType:
    if language not in LANGUAGES:
        raise ValueError(f"There are no texts in the language {language!r}: use one of {', '.join(LANGUAGES)}.")
    folder = f"{language}.commands" if module in COMMANDS else language
    name = f"{__package__}.{folder}.{module}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise LookupError(f"The catalogue {language!r} has no chapter {module!r}: add {name}.") from error
