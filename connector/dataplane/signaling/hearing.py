"""What another process on the same store has done to a flow of this one: its lease was granted there, or has ended.

The gate of a flow is where its bytes move, and the verb may have come to another process. The store has what that one
has written, and the gate follows it: whenever something is heard of the flow, after a time in which nothing could be
heard, and before a closed gate refuses a request.
"""

import asyncio
import logging
from collections.abc import Callable

from connector.dataplane.control.gate import NEVER_GRANTED
from connector.dataplane.control.register import ENDED, OPEN, FlowKey, Register
from connector.dataplane.signaling.verbs import SUSPENDED
from connector.ports.entities import Flow
from connector.ports.store_errors import StoreError
from connector.protocol.dsp.machines.transfer_machine import FlowState

_log = logging.getLogger(__name__)


class StoredLeases:
    """The leases of the store, which the gates of a register follow.

    `release` is told of each flow that has ended, `launch` of each that has a lease: it moves here if it is this
    process that has taken it, or if nobody has.
    """

    def __init__(self, register: Register, release: Callable[[Flow], None], launch: Callable[[Flow], None]) -> None:
        self._register, self._release, self._launch = register, release, launch
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, owner: str, flow_id: str) -> None:
        """Look at a flow that another process has changed, if it has a gate here."""
        if (owner, flow_id) in self._register.gates:
            self._begin([(owner, flow_id)])

    def hear_all(self, owner: str) -> None:
        """Look at all flows of an owner with a gate here: what was changed meanwhile, nobody has told."""
        if known := [key for key in self._register.gates if key[0] == owner]:
            self._begin(known)

    async def look(self, key: FlowKey) -> None:
        """Let the gate of a flow follow the store."""
        register = self._register
        async with register.lock(*key):
            gate = register.gates.get(key)
            flow = await register.store.flow(*key) if gate else None
            lease = await register.store.lease(*key) if flow else None
            if gate is None or flow is None:
                return
            if flow.state in OPEN and lease is not None:
                if gate.grant(lease):
                    self._launch(flow)
            elif flow.state in OPEN:
                gate.revoke(NEVER_GRANTED)
            elif flow.state == FlowState.SUSPENDED:
                gate.revoke(SUSPENDED)
            else:
                register.forget(flow, ENDED)
                self._release(flow)

    def _begin(self, keys: list[FlowKey]) -> None:
        task = asyncio.get_running_loop().create_task(self._look_at(keys), name="stored leases")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_at(self, keys: list[FlowKey]) -> None:
        for key in keys:
            try:
                await self.look(key)
            except StoreError as fault:
                # A lease that was granted lapses by itself.
                _log.warning("the lease of the flow %s is looked at later: the store is unavailable: %s", key[1], fault)
