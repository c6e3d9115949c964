"""The board of the broker, asked with a token of this participant."""

from typing import Any, TypeVar

import msgspec

from connector.controlplane.core.errors import NotAllowed, PeerFailed
from connector.desk.values import Ask

T = TypeVar("T")


async def ask_broker(
    broker: Ask | None,
    kind: type[T],
    method: str,
    path: str,
    query: dict[str, Any] | None = None,
    body: msgspec.Struct | None = None,
) -> T:
    """Return the answer of the broker. Raises NotAllowed without a broker, and UseCaseError if it refuses."""
    if broker is None:
        raise NotAllowed("no-broker", "This needs a broker: set broker.api in the settings.")
    answer = await broker(method, path, query, msgspec.json.encode(body) if body is not None else None)
    try:
        return msgspec.json.decode(answer, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise PeerFailed(
            "broker", "The answer of the broker cannot be read: check `broker.api` in the settings."
        ) from None
