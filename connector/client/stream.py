"""The lines of a stream that is followed: messages and events, read as they arrive."""

from collections.abc import Callable

import msgspec

from connector.client.frame.errors import Damaged

_LONGEST = 16 * 1024 * 1024


class StreamLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a stream: a message, or an `event`.

    A message has its `id`, the time `at` which it arrived at the provider, and its content: `data` is JSON as it was
    written, `text` any other text, `base64` what is neither. Events are `gap` (`count` messages are missing, None for
    an unknown number), `silence` (nothing arrives at the provider), `keep-alive`, `end` and `interrupted`; `reason` is
    for programs, `message` for people, and `again` whether to follow again. `line` is the line itself.
    """

    id: str = ""
    at: str = ""
    data: msgspec.Raw = msgspec.Raw()
    text: str | None = None
    base64: str | None = None
    event: str = ""
    reason: str = ""
    message: str = ""
    count: int | None = None
    again: bool = False
    line: bytes = b""


_read = msgspec.json.Decoder(StreamLine).decode


class StreamReading:
    """Cuts pieces into lines for `take`; `end` is the event that ended the stream, if one did."""

    def __init__(self, take: Callable[[StreamLine], bool]) -> None:
        self._take = take
        self._rest = b""
        self.end: StreamLine | None = None

    def feed(self, piece: bytes) -> bool:
        """Read a piece; return False when nothing more is wanted. Raises Damaged."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > _LONGEST:
            raise Damaged("stream", "The stream has a line that is too long: it was left.")
        for line in lines:
            try:
                found = msgspec.structs.replace(_read(line), line=line)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                raise Damaged("stream", "The stream has a line that is no message: it was left.") from None
            if found.event in {"end", "interrupted"}:
                self.end = found
                return False
            if not self._take(found):
                return False
        return True
