"""A document of somebody else as a JSON object, within its bound. Pure: standard library only."""

from typing import Any

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.errors import ProtocolError


def read_object(body: bytes, limit: int, what: str) -> dict[str, Any]:
    """Read a JSON object of at most `limit` bytes; `what` names it in the sentence of a fault. Raises ClaimFault."""
    if len(body) > limit:
        raise ClaimFault(f"{what} is larger than {limit} bytes.")
    try:
        members = parse(body)
    except ProtocolError as error:
        raise ClaimFault(f"{what} cannot be read: {error.reason}") from None
    if not isinstance(members, dict):
        raise ClaimFault(f"{what} is not a JSON object.")
    return members
