"""Public keys as one text: multibase in base58 over a multicodec prefix (Controlled Identifiers 1.0, 2.2.2 and 2.4).

Pure: standard library only.
"""

from typing import Final, NamedTuple

from connector.protocol.dcp.errors import ClaimFault

MAX_MULTIKEY = 256

_BASE58 = "z"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {digit: value for value, digit in enumerate(_ALPHABET)}
_KINDS: Final = {
    b"\xed\x01": ("Ed25519", 32),
    b"\x80\x24": ("P-256", 33),
    b"\x81\x24": ("P-384", 49),
    b"\x82\x24": ("P-521", 67),
    b"\xe7\x01": ("secp256k1", 33),
}
"""The curve and the length of a key in bytes by its prefix; a point of an elliptic curve is in its compressed form."""


class Multikey(NamedTuple):
    """The curve of a key, by its name in a JWK, and its bytes."""

    curve: str
    content: bytes


def read_multikey(text: str) -> Multikey:
    """Read a `publicKeyMultibase`; raises ClaimFault.

    >>> read_multikey("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").curve
    'Ed25519'
    """
    if not text.startswith(_BASE58) or len(text) > MAX_MULTIKEY:
        raise ClaimFault(f"publicKeyMultibase is not z and at most {MAX_MULTIKEY - 1} characters of base58.")
    number, digits = 0, text.removeprefix(_BASE58)
    for digit in digits:
        if digit not in _DIGITS:
            raise ClaimFault("publicKeyMultibase has characters that are not of base58.")
        number = number * len(_DIGITS) + _DIGITS[digit]
    # No prefix begins with a zero, so no leading one is lost.
    content = number.to_bytes((number.bit_length() + 7) // 8, "big")
    curve, length = _KINDS.get(content[:2], ("", None))
    if digits.startswith("1") or len(content[2:]) != length:
        raise ClaimFault(f"publicKeyMultibase is not a public key of {', '.join(name for name, _ in _KINDS.values())}.")
    return Multikey(curve, content[2:])
