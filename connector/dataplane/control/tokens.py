"""Access tokens of the data plane: opaque, 256 bits, given out once, kept only as a hash.

A token means one flow and nothing else; what it may do is decided by the flow's state and lease at every use. So there
is nothing in it to read, to forge or to renew: a new token replaces the old one, whose hash is then gone.
"""

import hashlib
import hmac
import secrets

_BYTES = 32
_LONGEST = 512


def new_token() -> str:
    """Return a fresh access token (43 characters, URL-safe)."""
    return secrets.token_urlsafe(_BYTES)


def hash_token(token: str) -> str:
    """Return what is stored of a token: its SHA-256 in hex. A 256-bit random needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, stored: str | None) -> bool:
    """Tell in constant time whether the token is the one whose hash is stored."""
    return hmac.compare_digest(hash_token(token), stored or "")


def parse_token(authorization: str | None) -> str | None:
    """Return the token in an Authorization header, or None where there is none that could be one of ours.

    Both `Bearer <token>` (RFC 6750) and the bare token are read, because deployed consumers send either.
    """
    if not authorization or len(authorization) > _LONGEST:
        return None
    scheme, _, rest = authorization.strip().partition(" ")
    token = rest.strip() if rest else scheme
    if rest and scheme.lower() != "bearer":
        return None
    return token if token.isascii() and token.isprintable() and " " not in token and token else None
