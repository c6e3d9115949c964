"""The port of seals: a participant signs its messages of negotiations and transfers, and verifies those of others."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from connector.protocol.seals import Seal


class SealRejected(Exception):
    """A message carries a seal that does not hold; `reason` is one sentence, which its sender may read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SigningUnavailable(Exception):
    """The key of this participant does not sign now, which is no fault of a request; the text contains no secret."""


class KeptSeal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A seal that was verified, and the public key (JWK) that verified it, which a later list or document may lack.

    `method` is the name of the key in the document of its owner; empty if the key is on the participant list.
    """

    seal: Seal
    jwk: dict[str, str]
    method: str = ""


class SealedHead(msgspec.Struct, frozen=True):
    """The head of a request that may be sealed: where it may have been sent to, and its fields, in lower case."""

    urls: Sequence[str]
    headers: Mapping[str, str]


class Seals(Protocol):
    """The keys of an identity mechanism, for seals."""

    def seal(self, url: str, body: bytes, agreement: bytes | None, authorization: str) -> Mapping[str, str]:
        """Return the header fields that seal a message (POST to `url` with `body`), and an agreement with it.

        `authorization` is the value of the field of that name, which goes along. Empty for a message that is not sealed
        here. Raises SigningUnavailable.
        """

    def open(self, signer: str, head: SealedHead, body: bytes, *, required: bool = False) -> KeptSeal | None:
        """Return the verified seal of a message that `signer` sent; None without one or its key.

        `required` is whether the signer promises to seal all its messages: a missing one was taken away. Raises
        SealRejected.
        """

    def check_body(self, seal: KeptSeal, body: bytes) -> None:
        """Check that a body is the one of a seal that was verified by its head; raises SealRejected."""

    def state(self, payload: bytes) -> bytes:
        """Return a statement of this participant, signed by its key (a compact JWS)."""

    def show_key(self) -> dict[str, str]:
        """Return the public key of this participant as a JWK."""

    def show_method(self) -> str:
        """Return the name of this key in the own document; empty for a mechanism without documents."""
