"""What can go wrong on the way to a peer: one small tree, so that callers map it to an outcome in a few lines.

A status code is never an error here; it is part of the `Response`.
"""


class NetError(Exception):
    """No usable answer. The text names the origin (scheme, host, port) at most: no path, no query, no header."""


class Blocked(NetError):
    """We refused to dial, and nothing left this machine: the address or a header is not one we allow.

    `reason` is one sentence that may be shown to whoever gave the address.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreachable(NetError):
    """No connection, or it broke: name not found, refused, TLS failure, closed before the answer was complete.

    The request may have arrived.
    """


class TimedOut(NetError):
    """The deadline passed; the request may have arrived."""


class TooLarge(NetError):
    """The answer is larger than the caller allows, as sent or when decompressed."""


class BadAnswer(NetError):
    """The peer answered with something that is not usable HTTP: malformed, a redirect, an unknown encoding."""
