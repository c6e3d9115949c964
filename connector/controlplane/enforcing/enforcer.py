"""The value that enforcement works with: the data plane that is signalled, and the policies that decide."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.actions import Executor
from connector.ports.dataplane import DataPlane


@dataclass(frozen=True)
class Enforcer:
    """Enforces the agreements of one participant context.

    `locks` has a lock for each transfer whose data flow is being signalled, by its pid: a later verb never overtakes an
    earlier one. Where an agreement limits the transfers at a time, it has one for its starts, by its key: of two
    starts, the second sees the first.
    """

    context: Context
    evaluator: Evaluator
    dataplane: DataPlane
    limits: ControlLimits
    locks: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)

    @property
    def executors(self) -> Mapping[str, Executor]:
        """The executors of duties, by the IRI of the action."""
        return self.evaluator.library.executors
