"""The secret of a connector for pseudonyms and for references to persons; keys are derived from it."""

import hmac
from collections.abc import Callable

SECRET_BYTES = 32


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
        """Return the reference (hex) of a person; it reveals the person only with the secret."""
        return self.people(owner)(subject)

    def people(self, owner: str) -> Callable[[str], str]:
        """Return a function that computes the reference of a person, for many persons."""
        key = self.key("person", owner)
        return lambda subject: hmac.digest(key, subject.encode("utf-8", "surrogatepass"), "sha256").hex()
