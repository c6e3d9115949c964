"""What a person or a program asks for is carried out now, or as soon as the message that is on its way has settled."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes import steps
from connector.ports.changes import Conflict
from connector.ports.decider import ProcessStep
from connector.protocol.dsp.machines.machine import Process

PATIENCE_MS = 5_000
ATTEMPTS = 50

P = TypeVar("P", bound=Process)


async def carry_out(enforcer: Enforcer, read: Callable[[], Awaitable[P]], step: Callable[[P], ProcessStep]) -> P:
    """Carry out the step that `step` names for the process as `read` finds it; return it as committed.

    While a message of ours is on its way the state is about to change: what is not allowed yet is tried again when it
    has. Raises NotAllowed.
    """
    deadline = enforcer.context.now() + PATIENCE_MS
    for _ in range(ATTEMPTS):
        process = await read()
        try:
            stored: Any = await steps.carry_out(enforcer, process, step(process))  # type: ignore[arg-type]  # one of two
        except Conflict:
            continue
        except NotAllowed:
            left = deadline - enforcer.context.now()
            if process.pending is None or left <= 0:
                raise
            await enforcer.context.watch.wait_for_change(process.id, min(left, 500) / 1000)
            continue
        return stored  # type: ignore[no-any-return]  # the process of the same type
    raise NotAllowed("busy", "The process is changing all the time: look at it and try again.")
