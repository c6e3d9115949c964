"""What our own catalogue is made with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.judging.evaluator import Evaluator


@dataclass(frozen=True)
class Publisher:
    """The participant context, its judgements, and who has to know of an offer.

    `supports(source, sink)` says why the data plane cannot serve an address, or None. `announce` tells the broker that
    the catalogue has changed.
    """

    context: Context
    evaluator: Evaluator
    supports: Callable[[dict[str, Any] | None, dict[str, Any] | None], str | None]
    announce: Callable[[], None]
    limits: ControlLimits
