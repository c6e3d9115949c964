"""What the worker drives processes with: the peer's endpoints, who decides, and how long each peer is left alone."""

from dataclasses import dataclass

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.ports.decider import Decider
from connector.ports.peer import Peer


@dataclass(frozen=True)
class ProcessDriver:
    """The participant context, its enforcement, and the way out: decide, send, settle."""

    context: Context
    enforcer: Enforcer
    peer: Peer
    decider: Decider
    backoff: PeerBackoff
    limits: ControlLimits
