"""A request and its answer, as the lean server hands them over, and the application that it serves."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec


class BodyFault(Exception):
    """The body of a request did not arrive as it should; `status` is that of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the body was not read: {status}")
        self.status = status


class Disconnected(Exception):
    """The caller closed the connection before the end of its request."""


async def read_nothing() -> bytes:
    """Return the body of a request without one."""
    return b""


class PeerRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose head has arrived.

    `path` is decoded, `query` is not. The names of `headers` are in lower case; fields of one name are joined. `names`
    are the names in the path of its route. `address` is that of the caller, or empty if it stands for many. `read`
    returns the body; it raises BodyFault and Disconnected.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    names: Mapping[str, str] = {}
    address: str = ""
    read: Callable[[], Awaitable[bytes]] = read_nothing


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; `after` is called once it was written."""

    status: int = 200
    body: bytes = b""
    media_type: str | None = None
    headers: Mapping[str, str] = {}
    after: Callable[[], None] | None = None


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """What a listener serves: `answer` answers a request; `refuse` renders a refusal of the server, by path and status.

    The path of a refusal is what is known of it, possibly nothing.
    """

    answer: Callable[[PeerRequest], Awaitable[Reply]]
    refuse: Callable[[str, int], Reply]
