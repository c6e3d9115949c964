"""The failure of a command: one sentence for a person, one exit code for a program."""

from collections.abc import Mapping
from enum import IntEnum

from connector.language.catalogue import Language, find_translated_sentence, find_translation, find_translations, say


class Code(IntEnum):
    """Exit codes of every command; `docs/cli.md` explains them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    NOT_REACHABLE = 5
    WAITING = 6
    INTERRUPTED = 130


class Failure(Exception):
    """A command cannot continue: `code` is its exit code, its sentence goes to standard error.

    Parameters:
        key: the sentence in the catalogue, as `chapter.key`.
        values: a value for each placeholder. A text by language is said in the language of the call: where it is only
            in English, its translation, else quoted. A tuple has several English sentences. A problem that the system
            names in English, such as a full disk, is translated.
    """

    def __init__(self, code: Code, key: str, /, **values: object) -> None:
        self.code = code
        self.key = key
        self._values = values
        super().__init__(self.say("en"))

    def say(self, language: Language) -> str:
        """Return the sentence in a language."""
        return say_translated(language, self.key, self._values)


def say_translated(language: Language, key: str, values: Mapping[str, object]) -> str:
    """Return a sentence whose values are translated too, as far as they have texts."""
    return say(language, key, **{name: _translate(language, value) for name, value in values.items()})


def _translate(language: Language, value: object) -> object:
    if isinstance(value, Mapping):
        return value.get(language) or _translate_sentence(language, value.get("en", ""))
    if isinstance(value, tuple):
        return " ".join(str(_translate_sentence(language, sentence)) for sentence in value)
    if not isinstance(value, str):
        return value
    return find_translated_sentence(language, value) or find_translation(language, "problems", value)


def _translate_sentence(language: Language, text: str) -> str:
    """Return what is written in English in a language; sentences that have no text there are quoted."""
    found = find_translations(language, text)
    return " ".join(told or say(language, "errors.in-english", reason=part) for part, told in found)
