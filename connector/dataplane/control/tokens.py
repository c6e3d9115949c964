"""Access tokens of the data plane: opaque, 256 bits, returned once and stored only as a hash.

A token identifies one flow; the state and the lease of the flow decide at each use. A token contains nothing to read or
to forge. A new token replaces the old one, whose hash is deleted.
"""

import hashlib
import hmac
import secrets

_BYTES = 32
_LONGEST = 512


def make_token() -> str:
    """Return a fresh access token (43 characters, URL-safe)."""
    return secrets.token_urlsafe(_BYTES)


def hash_token(token: str) -> str:
    """Return the stored hash of a token: its SHA-256 in hex. A random 256-bit value needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, stored: str | None) -> bool:
    """Return in constant time whether the hash of the token equals the stored one."""
    return hmac.compare_digest(hash_token(token), stored or "")


def parse_token(authorization: str | None) -> str | None:
    """Return the token in an Authorization header; None if it has no token of this form.

    Both `Bearer <token>` (RFC 6750) and the bare token are accepted, because deployed consumers send either.
    """
    if not authorization or len(authorization) > _LONGEST:
        return None
    scheme, _, rest = authorization.strip().partition(" ")
    token = rest.strip() if rest else scheme
    if rest and scheme.lower() != "bearer":
        return None
    return token if token.isascii() and token.isprintable() and " " not in token and token else None
