"""Keyed codes of texts (HMAC-SHA256, RFC 2104), for many texts under one key."""

from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC


def make_codes(key: bytes) -> Callable[[str], str]:
    """Return the function that computes the code of a text, 64 hex digits.

    >>> make_codes(b"key")("The quick brown fox jumps over the lazy dog")[:16]
    'f7bc83f430538424'
    """
    # The key is taken in once and copied for each text: half the cost of a new code.
    copy = HMAC(key, SHA256()).copy

    def compute(text: str) -> str:
        code = copy()
        code.update(text.encode("utf-8", "surrogatepass"))
        return code.finalize().hex()

    return compute
