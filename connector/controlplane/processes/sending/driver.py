"""The values that the worker needs to drive processes: the peer's endpoints, the Decider and the back-off."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.ports.decider import Decider
from connector.ports.peer import Peer
from connector.ports.store import AnyProcess


@dataclass(frozen=True)
class ProcessDriver:
    """The participant context, its enforcement, the client of peers, the Decider, the back-off and the limits."""

    context: Context
    enforcer: Enforcer
    peer: Peer
    decider: Decider
    backoff: PeerBackoff
    limits: ControlLimits


def find_address(driver: ProcessDriver, process: AnyProcess) -> str:
    """Return the base URL of the peer's endpoints: the one that it named, as long as the list has its origin.

    A peer that has moved is reached at the address of the participant list, also for what was begun before.
    """
    listed = driver.enforcer.evaluator.directory.participant(process.peer)
    if listed is None or not listed.address or process.peer_address == listed.address:
        return process.peer_address
    try:
        moved = _origin(process.peer_address) != _origin(listed.address)
    except ValueError:
        moved = True
    return listed.address if moved else process.peer_address


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
