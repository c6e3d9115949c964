"""The values that the receipt of a peer's message needs."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.ports.decider import Decider


@dataclass(frozen=True)
class MessageReceiver:
    """The participant context, its enforcement, the Decider, and the limits on the processes of a peer.

    `address_problem(participant, url)` returns the reason why a callback address is refused, or None; `data_problem`
    the same of a data address. `holding` counts the Holds of each peer that are being stored.
    """

    context: Context
    enforcer: Enforcer
    decider: Decider
    address_problem: Callable[[str, str], str | None]
    limits: ControlLimits
    data_problem: Callable[[str, str], str | None] = lambda *_: None
    holding: Counter[str] = field(default_factory=Counter)
