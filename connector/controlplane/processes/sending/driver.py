"""The values that the worker needs to drive processes: the peer's endpoints, the Decider and the back-off."""

from dataclasses import dataclass

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.sending.backoff import PeerBackoff
from connector.ports.decider import Decider
from connector.ports.peer import Peer


@dataclass(frozen=True)
class ProcessDriver:
    """The participant context, its enforcement, the client of peers, the Decider, the back-off and the limits."""

    context: Context
    enforcer: Enforcer
    peer: Peer
    decider: Decider
    backoff: PeerBackoff
    limits: ControlLimits
