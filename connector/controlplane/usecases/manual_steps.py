"""Carries out the step of a person or a program now, or after the pending message is settled."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes import steps
from connector.ports.changes import Change
from connector.ports.decider import ProcessStep
from connector.ports.store_errors import Conflict, PidTaken
from connector.protocol.dsp.machines.machine import Process

PATIENCE_MS = 5_000
ATTEMPTS = 50

P = TypeVar("P", bound=Process)


async def carry_out(
    enforcer: Enforcer, read: Callable[[], Awaitable[P]], step: Callable[[P], ProcessStep], *changes: Change
) -> P:
    """Carry out the step that `step` returns for the process that `read` returns; return the committed process.

    Further `changes` are stored with it, such as the entry that names the person.

    A pending message will change the state: a step that is not allowed yet is tried again after the change. Raises
    NotAllowed.
    """
    deadline = enforcer.context.now() + PATIENCE_MS
    for _ in range(ATTEMPTS):
        process = await read()
        try:
            stored: Any = await steps.carry_out(enforcer, process, step(process), *changes)  # type: ignore[arg-type]  # one of two
        except PidTaken:
            # The peer has just acknowledged with the pid of another process: the worker is about to end this one.
            await enforcer.context.watch.wait_for_change(process.id, 0.5)
        except Conflict:
            continue
        except NotAllowed:
            left = deadline - enforcer.context.now()
            if process.pending is None or left <= 0:
                raise
            await enforcer.context.watch.wait_for_change(process.id, min(left, 500) / 1000)
        else:
            return stored  # type: ignore[no-any-return]  # the process of the same type
    raise _busy()


async def repeat(act: Callable[[], Awaitable[P]]) -> P:
    """Do what a person asked for again as long as the worker changes the process meanwhile. Raises NotAllowed."""
    for _ in range(ATTEMPTS):
        with contextlib.suppress(Conflict):
            return await act()
    raise _busy()


def _busy() -> NotAllowed:
    return NotAllowed("busy", "Other requests changed the process repeatedly: read it again, then retry.")
