"""Reads a message about credentials at the edge: what cannot be read is a refusal in HTTP."""

from collections.abc import Callable
from typing import TypeVar

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.presentations import DefinitionAsked
from connector.protocol.dsp.errors import RemoteProtocolError

Handed = TypeVar("Handed")


def read_claim_message(read: Callable[[bytes], Handed], body: bytes) -> Handed:
    """Return the message in a body. Raises RemoteProtocolError: 501 for a presentation definition, else 400."""
    try:
        return read(body)
    except DefinitionAsked as fault:
        raise RemoteProtocolError(fault.reason, code="not-implemented", status=501) from None
    except ClaimFault as fault:
        raise RemoteProtocolError(fault.reason, code="malformed", status=400) from None
