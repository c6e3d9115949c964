"""The secret of a connector for pseudonyms and for references to persons; keys are derived from it."""

import hmac
import unicodedata
from collections.abc import Callable

SECRET_BYTES = 32


def normalize_person(text: str) -> str:
    """Return the identifier of a person in one spelling: what looks alike in data and in a register is one person.

    The composed form of Unicode (NFC), single spaces, and no characters that are not seen, such as a soft hyphen.
    """
    seen = "".join(letter for letter in text if letter.isascii() or unicodedata.category(letter) != "Cf")
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

    def people(self, owner: str) -> Callable[[str], str]:
        """Return a function that computes the reference of a person, for many persons."""
        key = self.key("person", owner)
        return lambda subject: hmac.digest(
            key, normalize_person(subject).encode("utf-8", "surrogatepass"), "sha256"
        ).hex()
