"""Notes the message of a peer that is refused as it stands on its process, so that people learn why nothing goes on.

Peers take a refusal as final. The sender has the reason in the answer; this side has it nowhere else.
"""

import contextlib
from collections.abc import Awaitable, Callable

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.ports.identity import Caller
from connector.ports.store import AnyProcess
from connector.ports.store_errors import Conflict, StoreError
from connector.protocol.dsp.machines.machine import P, RefusedMessage
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION
from connector.protocol.dsp.machines.transfer_machine import TRANSFER

ATTEMPTS = 5
_ENDED = NEGOTIATION.terminal | TRANSFER.terminal


def mark(process: P, message: str, reason: str, now: int) -> P:
    """Return the process with the refused message; the same one if it has ended, is held, or has the note already.

    A change would drop the question of a Hold, and a peer that repeats a refused message changes nothing.
    """
    known = process.refused
    if process.state in _ENDED or process.held or (known and (known.message, known.reason) == (message, reason)):
        return process
    stalled = process.stalled
    if stalled and stalled.version == process.version:
        # The count of steps without progress goes on: a refused message is none.
        stalled = msgspec.structs.replace(stalled, version=process.version + 1)
    return msgspec.structs.replace(process, refused=RefusedMessage(message, reason, now), stalled=stalled)


async def note(
    context: Context, load: Callable[[], Awaitable[AnyProcess | None]], caller: Caller, message: str, reason: str
) -> None:
    """Note a message that could not be read on the process that `load` reads, if it is one of this caller.

    The answer to the peer does not depend on it: nothing is raised if the store is unavailable.
    """
    with contextlib.suppress(StoreError):
        for _ in range(ATTEMPTS):
            process = await load()
            if process is None or process.peer != caller.participant:
                return
            marked = mark(process, message, reason, context.now())
            if marked is process:
                return
            with contextlib.suppress(Conflict):
                await commits.commit(context, process, marked)
                return
