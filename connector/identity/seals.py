"""Seals by the keys of a participant list, or of documents (RFC 9421; the form is in `protocol.seals`)."""

import binascii
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from connector.identity.credentials import ListInForce
from connector.identity.jws import Rejected, VerifiedDocument, has_signed, sign, sign_bytes, verify_document
from connector.identity.keys import SigningKey, VerificationKey, public_jwk
from connector.ports.seals import KeptSeal, SealRejected
from connector.protocol.seals import Seal, SealMalformed, compute_digest, read_fields, write_base, write_fields

STATEMENT: Final = "agreement-statement+jwt"
"""The `typ` of a statement about an agreement."""
STATEMENT_LIMIT: Final = 64 * 1024
FRESH_S: Final = 300
"""How old, or how far ahead of the own clock, a seal may be when its message arrives."""
AGAIN_S: Final = 120
"""How long a message that is sent again goes with the seal that it had: it is fresh on arrival, whatever the clocks."""
MOST_KEPT: Final = 256
"""The seals that are kept for messages that are sent again."""

_MISSING: Final = "The message has no seal, which its sender promises in the token: find out who took it away."
_UNKNOWN: Final = "The key of the seal is none of its sender: seal with the key that signs the token."

DocumentedKeys = Callable[[str], Mapping[str, VerificationKey]]
"""Returns the keys with which a participant signs credentials by its document, by the names that they have there."""


class ListedSeals:
    """The key of this participant, and those of the list in use. Implements `Seals`.

    `listed` returns the keys by participant, or None without a list that is in force; `clock` ms since the Unix epoch.
    `documented` returns the keys of a participant that the list has no key of; their `kid` is their thumbprint (RFC
    7638). `method` is the name of the own key in the own document. `of_all` seals every message, not only those that
    say yes to an agreement.
    """

    def __init__(
        self,
        key: SigningKey,
        listed: ListInForce,
        clock: Callable[[], int],
        documented: DocumentedKeys = lambda _: {},
        method: str = "",
        *,
        of_all: bool = True,
    ) -> None:
        self._key = key
        self._listed = listed
        self._clock = clock
        self._documented = documented
        self._method = method
        self.of_all = of_all
        self._made: OrderedDict[tuple[str, str, str], Seal] = OrderedDict()

    def add_documents(self, did: str, documented: DocumentedKeys) -> "ListedSeals":
        """Return the seals of a participant that has the document of `did`, with the keys of others' documents too."""
        method = f"{did}#{self._key.kid}"
        return ListedSeals(self._key, self._listed, self._clock, documented, method, of_all=self.of_all)

    def seal(self, url: str, body: bytes, agreement: bytes | None) -> Mapping[str, str]:
        """Return the header fields that seal a message; sent again, it has those of before while they are fresh."""
        if agreement is None and not self.of_all:
            return {}
        now, own = self._clock() // 1000, self._key.verification
        digest, agreed = compute_digest(body), compute_digest(agreement) if agreement is not None else ""
        kept = self._made.get((url, digest, agreed))
        if kept is not None and kept.key == own.kid and 0 <= now - kept.created <= AGAIN_S:
            return write_fields(kept)
        made = Seal(
            url=url,
            content_digest=digest,
            agreement_digest=agreed,
            created=now,
            key=own.kid,
            algorithm=own.algorithm,
        )
        signature = binascii.b2a_base64(sign_bytes(self._key, write_base(made)), newline=False).decode()
        made = msgspec.structs.replace(made, signature=signature)
        self._made[url, digest, agreed] = made
        if len(self._made) > MOST_KEPT:
            self._made.popitem(last=False)
        return write_fields(made)

    def open(
        self, signer: str, urls: Sequence[str], headers: Mapping[str, str], body: bytes, *, required: bool = False
    ) -> KeptSeal | None:
        """Return the verified seal of a message; None without one, or if nobody names the key as the signer's."""
        try:
            seal = read_fields(headers, urls[0], body)
        except SealMalformed as fault:
            raise SealRejected(str(fault)) from None
        found = self._find_key(signer, seal.key) if seal else None
        if seal is None or found is None:
            if required:
                raise SealRejected(_MISSING if seal is None else _UNKNOWN)
            return None
        method, key = found
        if abs(self._clock() / 1000 - seal.created) > FRESH_S:
            raise SealRejected(f"The seal was not made within the last {FRESH_S} s: compare the clocks.")
        for url in urls:
            sent = seal if url == seal.url else msgspec.structs.replace(seal, url=url)
            if is_sealed_by(sent, key):
                return KeptSeal(seal=sent, jwk=public_jwk(key), method=method)
        raise SealRejected("The signature of the seal does not verify: sign the message that is sent.")

    def _find_key(self, signer: str, kid: str) -> tuple[str, VerificationKey] | None:
        """Return a key of a signer and its name in a document. Where the list has keys of it, no others count."""
        listed = (self._listed() or {}).get(signer, ())
        for key in listed:
            if key.kid == kid:
                return "", key
        known = () if listed else self._documented(signer).items()
        return next(((method, key) for method, key in known if key.kid == kid), None)

    def state(self, payload: bytes) -> bytes:
        """Return a statement, signed by the key of this participant."""
        return sign(self._key, payload, kind=STATEMENT).encode()

    def show_key(self) -> dict[str, str]:
        """Return the public key in use as a JWK."""
        return public_jwk(self._key)

    def show_method(self) -> str:
        """Return the name of the key in use in the own document."""
        return self._method


def is_sealed_by(seal: Seal, key: VerificationKey) -> bool:
    """Return whether a key has signed a seal as it is."""
    try:
        signature, base = binascii.a2b_base64(seal.signature, strict_mode=True), write_base(seal)
    except (binascii.Error, UnicodeEncodeError, KeyError):
        return False
    return (seal.key, seal.algorithm) == (key.kid, key.algorithm) and has_signed(key, base, signature)


def read_statement(statement: bytes, keys: Sequence[VerificationKey]) -> VerifiedDocument:
    """Return the payload of a statement that one of the keys has signed. Raises Rejected."""
    if len(keys) == 0:
        raise Rejected("key", "no key of its signer is known.")
    return verify_document(statement, kind=STATEMENT, keys=keys, limit=STATEMENT_LIMIT)
