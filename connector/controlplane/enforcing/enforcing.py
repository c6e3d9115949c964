"""What enforcement acts on: the data plane that is signalled, and the executors that perform duties."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.judging.judging import Judging
from connector.ports.actions import Executor
from connector.ports.dataplane import DataPlane


@dataclass(frozen=True)
class Enforcing:
    """The participant context, its judgements, and what they are enforced by.

    `actions` perform duties, by the IRI of the action. `locks` holds a lock for each transfer whose data flow is being
    signalled: a later decision never overtakes an earlier one.
    """

    context: Context
    judging: Judging
    dataplane: DataPlane
    limits: ControlLimits
    actions: Mapping[str, Executor] = field(default_factory=dict)
    locks: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)
