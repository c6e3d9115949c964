"""The secret of a connector for pseudonyms and for references to persons; keys are derived from it."""

import hmac
import unicodedata
from collections.abc import Callable

SECRET_BYTES = 32

# Default_Ignorable_Code_Point of Unicode 16, without those of the category Cf, and control characters.
_IGNORABLE = (
    *((0x00, 0x1F), (0x7F, 0x9F), (0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x2065, 0x2065), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF)),
)
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHES = "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u2032\u00b4`\uff07"
_FOLDED: dict[int, str | None] = {
    **{code: None for first, last in _IGNORABLE for code in range(first, last + 1) if not chr(code).isspace()},
    **dict.fromkeys(map(ord, _HYPHENS), "-"),
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
    0x2800: " ",  # a braille pattern without a dot
}


def normalize_person(text: str) -> str:
    """Return the identifier of a person in one spelling: what looks alike in data and in a register is one person.

    The composed form of Unicode (NFC), single spaces, one hyphen, one apostrophe, and no characters that are not seen,
    such as a soft hyphen. Letters keep their case, and a number is what is written: 4711.0 is not 4711.

    >>> normalize_person("O\u2019Neill\u2011Li  "), normalize_person("4711.0")
    ("O'Neill-Li", '4711.0')
    """
    if text.isascii() and text.isprintable() and "`" not in text:
        return " ".join(text.split())
    # Composed before, as some signs become one of these, and after, as an unseen one keeps letters apart.
    folded = unicodedata.normalize("NFC", text).translate(_FOLDED)
    seen = "".join(letter for letter in folded if letter.isascii() or unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFC", " ".join(seen.split()))


class Secret:
    """A secret of at least 32 random bytes; its repr shows nothing."""

    def __init__(self, material: bytes) -> None:
        if len(material) < SECRET_BYTES:
            raise ValueError(f"The secret has {len(material)} bytes: it needs at least {SECRET_BYTES} random bytes.")
        self._material = material

    def __repr__(self) -> str:
        return "Secret()"

    def key(self, *names: str) -> bytes:
        """Return the key for one use, named in parts (`pseudonym`, an agreement); other names give another key."""
        parts = [name.encode("utf-8", "surrogatepass") for name in names]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._material, message, "sha256")

    def person(self, owner: str, subject: str) -> str:
        """Return the reference (hex) of a person in any spelling; it reveals the person only with the secret."""
        return self.people(owner)(subject)

    def key_of_people(self, owner: str) -> bytes:
        """Return the key of the references: each is the HMAC-SHA256 (hex) of a person's identifier in one spelling."""
        return self.key("person", owner)

    def people(self, owner: str) -> Callable[[str], str]:
        """Return a function that computes the reference of a person, for many persons."""
        key = self.key_of_people(owner)
        return lambda subject: hmac.digest(
            key, normalize_person(subject).encode("utf-8", "surrogatepass"), "sha256"
        ).hex()
