"""The errors of messages (Dataspace Protocol 2025-1, errors of the HTTPS bindings).

    ProtocolError               a message cannot be accepted or sent
    ├── RemoteProtocolError     the message of the peer is wrong: answer with `status` (4xx)
    └── LocalProtocolError      a message of this side would be wrong: a fault of this program (500)

Pure: standard library only.
"""

REASON_LIMIT = 500


def clean(text: str, limit: int = REASON_LIMIT) -> str:
    """Return the text as one line without control characters, cut at `limit` characters, for a log or a page."""
    if len(text) <= limit and text.isprintable() and "  " not in text and text == text.strip():
        return text
    line = text[: 2 * limit]
    if not line.isprintable():
        line = "".join(character if character.isprintable() else " " for character in line)
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


class ProtocolError(Exception):
    """A message that breaks the protocol.

    `status` is the HTTP status of the answer, `code` a short word for programs, `reason` one sentence for people. The
    reason can quote the peer, so it is cleaned and cut here.
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
    """The message of the peer is malformed or does not follow the standard."""

    def __init__(self, reason: str, *, code: str = "malformed", status: int = 400) -> None:
        super().__init__(reason, code=code, status=status)


class LocalProtocolError(ProtocolError):
    """A message or an address of this side would not follow the standard."""

    def __init__(self, reason: str, *, code: str = "internal", status: int = 500) -> None:
        super().__init__(reason, code=code, status=status)
