"""Seals by the keys of a participant list (RFC 9421; the form is in `protocol.seals`)."""

import base64
import binascii
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


class ListedSeals:
    """The key of this participant, and those of the list in use. Implements `Seals`.

    `listed` returns the keys by participant, or None without a list that is in force; `clock` ms since the Unix epoch.
    """

    def __init__(self, key: SigningKey, listed: ListInForce, clock: Callable[[], int]) -> None:
        self._key = key
        self._listed = listed
        self._clock = clock

    def seal(self, url: str, body: bytes, agreement: bytes) -> Mapping[str, str]:
        """Return the header fields that seal a message with an agreement."""
        made = Seal(
            url=url,
            content_digest=compute_digest(body),
            agreement_digest=compute_digest(agreement),
            created=self._clock() // 1000,
            key=self._key.kid,
            algorithm=self._key.algorithm,
        )
        signature = base64.b64encode(sign_bytes(self._key, write_base(made))).decode()
        return write_fields(msgspec.structs.replace(made, signature=signature))

    def open(self, signer: str, url: str, headers: Mapping[str, str], body: bytes) -> KeptSeal | None:
        """Return the verified seal of a message; None without one, or if the signer's key is not listed."""
        try:
            seal = read_fields(headers, url, body)
        except SealMalformed as fault:
            raise SealRejected(str(fault)) from None
        keys = (self._listed() or {}).get(signer, ())
        key = next((one for one in keys if seal and one.kid == seal.key), None)
        if seal is None or key is None:
            return None
        if abs(self._clock() / 1000 - seal.created) > FRESH_S:
            raise SealRejected(f"The seal was not made within the last {FRESH_S} s: compare the clocks.")
        if not is_sealed_by(seal, key):
            raise SealRejected("The signature of the seal does not verify: sign the message that is sent.")
        return KeptSeal(seal=seal, jwk=public_jwk(key))

    def state(self, payload: bytes) -> bytes:
        """Return a statement, signed by the key of this participant."""
        return sign(self._key, payload, kind=STATEMENT).encode()

    def show_key(self) -> dict[str, str]:
        """Return the public key in use as a JWK."""
        return public_jwk(self._key)


def is_sealed_by(seal: Seal, key: VerificationKey) -> bool:
    """Return whether a key has signed a seal as it is."""
    try:
        signature, base = base64.b64decode(seal.signature, validate=True), write_base(seal)
    except (binascii.Error, UnicodeEncodeError, KeyError):
        return False
    return (seal.key, seal.algorithm) == (key.kid, key.algorithm) and has_signed(key, base, signature)


def read_statement(statement: bytes, keys: Sequence[VerificationKey]) -> VerifiedDocument:
    """Return the payload of a statement that one of the keys has signed. Raises Rejected."""
    if len(keys) == 0:
        raise Rejected("key", "no key of its signer is known.")
    return verify_document(statement, kind=STATEMENT, keys=keys, limit=STATEMENT_LIMIT)
