"""Wrong use of the command line: the sentences of typer, said in the language of the call.

typer has its sentences in English only. Each pattern names one of the catalogue; what no pattern knows is quoted.
"""

import re

from connector.language.catalogue import Language, say

_INVALID = r"Invalid value for (?P<name>.+?): (?:Value error, )?"
_PATTERNS = {
    "near-option": r"No such option: (?P<name>\S+) \(Possible options: (?P<near>.+)\)",
    "no-such-option": r"No such option: (?P<name>\S+)",
    "missing-argument": r"Missing argument (?P<name>.+?)\..*",
    "missing-option": r"Missing option (?P<name>.+?)\..*",
    "option-value": r"Option (?P<name>.+?) requires an argument\.",
    "option-flag": r"Option (?P<name>.+?) does not take a value\.",
    "extra-argument": r"Got unexpected extra argument(?:s|\(s\))? \((?P<words>.*)\)",
    "near-command": r"No such command (?P<name>.+?)\. Did you mean (?P<near>.+?)\?",
    "no-such-command": r"No such command (?P<name>.+?)\.",
    "missing-command": r"Missing command\.",
    "no-choice": rf"{_INVALID}(?P<value>.*?) is not one of (?P<choices>.+?)\.",
    "no-whole-number": rf"{_INVALID}Input should be a valid integer.*",
    "no-number": rf"{_INVALID}Input should be a valid number.*",
    "too-small": rf"{_INVALID}Input should be greater than or equal to (?P<bound>.+)",
    "too-large": rf"{_INVALID}Input should be less than or equal to (?P<bound>.+)",
    "invalid-value": rf"{_INVALID}(?P<problem>.*)",
    "wrong-use": r"(?P<problem>.*)",
}


def explain_usage(sentence: str, language: Language) -> str:
    """Return a sentence of typer in a language; its English stays as it is, without the name of an exception.

    >>> explain_usage("Missing argument 'ASSET'.", "de")
    'Es fehlt die Angabe ASSET.'
    >>> explain_usage("Invalid value for '--role': Value error, 'x' is none.", "en")
    "Invalid value for '--role': 'x' is none."
    """
    if language == "en":
        return sentence.replace("Value error, ", "", 1)
    key, found = next(
        (key, found) for key, pattern in _PATTERNS.items() if (found := re.fullmatch(pattern, sentence, re.DOTALL))
    )
    return say(language, f"usage.{key}", **{name: text.replace("'", "") for name, text in found.groupdict().items()})
