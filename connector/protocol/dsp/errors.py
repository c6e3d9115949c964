"""What can be wrong with a message, and who is to blame (Dataspace Protocol 2025-1, errors of the HTTPS bindings).

    ProtocolError               a message cannot be taken or sent
    ├── RemoteProtocolError     the peer sent something wrong: answer with `status` (4xx)
    └── LocalProtocolError      we were about to send something wrong: ours to repair (500)

Pure: standard library only.
"""

REASON_LIMIT = 500


def clean(text: str, limit: int = REASON_LIMIT) -> str:
    """Return the text in one line without control characters, cut at `limit` characters: fit for a log or a page."""
    line = text[: 2 * limit]
    if not line.isprintable():
        line = "".join(character if character.isprintable() else " " for character in line)
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class ProtocolError(Exception):
    """A message that breaks the protocol.

    `status` is the HTTP status to answer with, `code` a short word for programs, `reason` one sentence for people. The
    reason may quote the peer, so it is cleaned and bounded here.
    """

    status: int
    code: str
    reason: str

    def __init__(self, reason: str, *, code: str, status: int) -> None:
        self.reason = clean(reason)
        self.code = code
        self.status = status
        super().__init__(self.reason)


class RemoteProtocolError(ProtocolError):
    """The peer is to blame: its message is malformed or does not follow the standard."""

    def __init__(self, reason: str, *, code: str = "malformed", status: int = 400) -> None:
        super().__init__(reason, code=code, status=status)


class LocalProtocolError(ProtocolError):
    """We are to blame: our own message or address would break the protocol."""

    def __init__(self, reason: str, *, code: str = "internal", status: int = 500) -> None:
        super().__init__(reason, code=code, status=status)
