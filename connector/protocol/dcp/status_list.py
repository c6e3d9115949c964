"""Status lists: one bit a credential, in a compressed list that the issuer signs (Bitstring Status List 1.0, 3.2 and 4;
StatusList2021, 2023-04-27).

A list is a gzip stream, and a gigabyte of zeros is a megabyte of it: what comes out is bounded too.

Pure: standard library only.
"""

import zlib
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Final, NamedTuple

from connector.protocol.dcp.errors import ClaimFault

MAX_ENCODED = 2 * 1024 * 1024
LIST_LIMIT = MAX_ENCODED + 64 * 1024
"""The most bytes of a signed list."""
MAX_BYTES = 8 * 1024 * 1024
"""The most bytes of an expanded list: 64 million credentials."""
MIN_BYTES = 16 * 1024
"""The fewest bytes of an expanded list: a shorter one tells who is asked about (Bitstring Status List 1.0, 3.2)."""
EDC_BYTES = 2 * 1024
"""The fewest bytes of a list that the Issuer Service of EDC makes: 16,384 entries."""

PURPOSES: Final = ("revocation", "suspension")
"""The purposes of an entry that end a credential, for good or for a time."""
HARMLESS: Final = ("refresh", "message")
"""The purposes that end nothing (Bitstring Status List 1.0, 2.1). Nobody here knows what the bit of any other means, so
a set one ends the credential too.
"""

_MULTIBASE = "u"
_GZIP = 16 + zlib.MAX_WBITS
# The first bytes of gzip, in base64 of either alphabet.
_START = "H4sI"


class StatusList(NamedTuple):
    """An expanded list."""

    bits: bytes

    def is_set(self, index: int) -> bool:
        """Return the bit of an entry, the first bit of a byte being its highest; raises ClaimFault beyond the list."""
        if not 0 <= index < len(self.bits) * 8:
            raise ClaimFault(f"The status list has {len(self.bits) * 8} entries, and none of index {index}.")
        return bool(self.bits[index // 8] & (0x80 >> index % 8))


def expand_status_list(encoded: str, *, least: int = MIN_BYTES) -> StatusList:
    """Expand the `encodedList` of a status list of either kind, with at least `least` bytes; raises ClaimFault.

    The text is base64 or base64url of a gzip stream, with or without padding, and with or without the `u` of multibase.
    """
    text = encoded.removeprefix(_MULTIBASE).rstrip("=")
    if len(encoded) > MAX_ENCODED or not text.startswith(_START):
        raise ClaimFault(f"encodedList is not a gzip stream in base64url of at most {MAX_ENCODED} characters.")
    padded = text + "=" * (-len(text) % 4)
    try:
        packed = urlsafe_b64decode(padded) if set(text) & set("-_") else b64decode(padded, validate=True)
        stream = zlib.decompressobj(_GZIP)
        bits = stream.decompress(packed, MAX_BYTES + 1)
    except (ValueError, zlib.error):
        raise ClaimFault("encodedList is not a gzip stream in base64url.") from None
    if len(bits) > MAX_BYTES:
        raise ClaimFault(f"The status list is longer than {MAX_BYTES} bytes.")
    if not stream.eof or stream.unused_data:
        raise ClaimFault("encodedList is cut, or something follows the list.")
    if len(bits) < least:
        raise ClaimFault(f"The status list has {len(bits)} bytes: expected at least {least}.")
    return StatusList(bits)


def set_bits(indices: Iterable[int], length: int = MIN_BYTES) -> bytes:
    """Return a list of `length` bytes with the bits of these entries set; raises ClaimFault for one beyond the list."""
    bits = bytearray(length)
    for index in indices:
        if not 0 <= index < length * 8:
            raise ClaimFault(f"The status list has {length * 8} entries, and none of index {index}.")
        bits[index // 8] |= 0x80 >> index % 8
    return bytes(bits)


def pack_status_list(bits: bytes, *, multibase: bool) -> str:
    """Return the `encodedList` of a list: gzip in base64url with the `u` of multibase for Bitstring Status List.

    Without `multibase` it is that of StatusList2021: base64 with padding, which strict readers take alone.

    >>> expand_status_list(pack_status_list(set_bits([7]), multibase=True)).is_set(7)
    True
    """
    stream = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    packed = stream.compress(bits) + stream.flush()
    return _MULTIBASE + urlsafe_b64encode(packed).decode().rstrip("=") if multibase else b64encode(packed).decode()
