"""What a peer's message is received with."""

from collections.abc import Callable
from dataclasses import dataclass

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.enforcing.enforcer import Enforcer


@dataclass(frozen=True)
class MessageReceiver:
    """The participant context, its enforcement, and the bounds on what a peer may begin.

    `address_problem(participant, url)` says why a callback address must not be dialled, or None.
    """

    context: Context
    enforcer: Enforcer
    address_problem: Callable[[str, str], str | None]
    limits: ControlLimits
