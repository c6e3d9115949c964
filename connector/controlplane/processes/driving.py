"""What the worker drives processes with: the peer's endpoints, who decides, and how long each peer is left alone."""

from dataclasses import dataclass

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.enforcing import Enforcing
from connector.controlplane.processes.backoff import PeerBackoff
from connector.ports.decider import Decider
from connector.ports.peer import Peer


@dataclass(frozen=True)
class Driving:
    """The participant context, its enforcement, and the way out: decide, send, settle."""

    context: Context
    enforcing: Enforcing
    peer: Peer
    decider: Decider
    backoff: PeerBackoff
    limits: ControlLimits
