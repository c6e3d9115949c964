"""What sinks at message brokers share: a delivery as one message, and the names of members of a folder."""

from collections.abc import AsyncIterator

from connector.dataplane.files.folder import UnsafePath, check_path
from connector.dataplane.wire.checked import CheckedArrival
from connector.net.own.brokers import Brokers
from connector.ports.flow import Arrival, SinkReceipt, SourceError


async def collect_message(
    arrival: Arrival, chunks: AsyncIterator[bytes], largest: int, location: str
) -> tuple[bytes, SinkReceipt]:
    """Return the bytes of a delivery, complete and checked, at most `largest`, with its receipt. Raises SourceError."""
    checked = CheckedArrival(arrival, chunks, largest)
    body = b"".join([chunk async for chunk in checked.chunks()])
    return body, SinkReceipt(size=checked.size, sha256=checked.sha256, location=location)


def name_below(member: str, separator: str) -> str:
    """Return what follows a topic or subject for a member of a folder, nothing without one. Raises SourceError."""
    if not member:
        return ""
    try:
        parts = check_path(member).split("/")
    except UnsafePath as error:
        raise SourceError(str(error)) from error
    # The signs of wildcards, of levels and white space mean something to a broker.
    return "".join(separator + "".join("_" if sign in "+#*>. \t" else sign for sign in part) for part in parts)


def require_brokers(brokers: Brokers | None) -> Brokers:
    """Return the way to the brokers of the operator. Raises SourceError where there is none."""
    if brokers is None:
        raise SourceError("This data plane reaches no message brokers: use another kind of sink.")
    return brokers
