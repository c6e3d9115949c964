"""The errors of requests to a peer.

A status code is not an error here; it is part of the `Response`.
"""

from pathlib import Path


class NetError(Exception):
    """No usable answer. The text contains at most the origin (scheme, host, port): no path, query or header."""


class Blocked(NetError):
    """The request was refused before it was sent: the address or a header is not allowed.

    `reason` is one sentence for the party that supplied the address.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(NetError):
    """The connection failed: name not found, refused, TLS failure, or closed before the answer was complete.

    The peer may have received the request.
    """


class NameUnknown(Unreachable):
    """The DNS has no address for the host name."""


class TimedOut(NetError):
    """The deadline passed; the peer may have received the request."""


class TooLarge(NetError):
    """The answer is larger than allowed, as sent or decompressed."""


class BadAnswer(NetError):
    """The answer of the peer is not usable: malformed HTTP or an unknown encoding."""


class Unwilling(BadAnswer):
    """The peer answers as it is set up to answer, and will again: a redirect, or compressed data nobody asked for.

    `location` is where a redirect leads, as the peer writes it; it may have a secret, as every address.
    """

    def __init__(self, message: str, location: str = "") -> None:
        super().__init__(message)
        self.location = location


OF_PEER = (Blocked, TooLarge, Unwilling)
"""The errors that the place itself is to blame for, and will be again; the others may pass."""


class KeyProtected(OSError):
    """A private key is protected by a pass phrase; nobody is asked for it."""

    def __init__(self, key: Path) -> None:
        super().__init__(
            f"The key {key} is protected by a pass phrase: "
            f"write it without one with `openssl pkey -in {key} -out FILE`."
        )


def describe_broken(error: Exception) -> str:
    """Return why a connection broke, in the words of the system; it gives none if the peer just closed."""
    return getattr(error, "strerror", None) or "the connection was closed"
