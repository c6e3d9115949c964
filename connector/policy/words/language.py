"""Two languages, and the small pieces every text is built from: choosing, joining, quoting.

Whatever a policy brings along is quoted and escaped, so that no name can pass for a sentence of ours. Pure: standard
library only.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["de", "en"]
Pair: TypeAlias = tuple[str, str]
"""The same in German and in English."""


def choose(language: Language, pair: Pair) -> str:
    """Return the text in one language.

    Raises:
        ValueError: neither `de` nor `en`.
    """
    if language not in ("de", "en"):
        raise ValueError(f"There are no words for the language {language!r}; use de or en.")
    return pair[language == "en"]


def join(parts: Sequence[str], word: str) -> str:
    """List parts: `a, b <word> c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def quote(text: str, language: Language) -> str:
    """Quote a foreign text; what could end the quotation or hide something is escaped, so different texts differ."""
    opening, closing = choose(language, ("„", "“")), choose(language, ("“", "”"))
    shown = "".join(
        f"\\{sign}" if sign in (closing, "\\") else sign if sign.isprintable() else f"\\u{{{ord(sign):x}}}"
        for sign in text
    )
    return f"{opening}{shown}{closing}"


def full_stop(phrase: str) -> str:
    """Make a phrase a sentence."""
    return f"{phrase[:1].upper()}{phrase[1:]}."
