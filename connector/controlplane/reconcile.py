"""Ask the peer where it stands and settle a refusal or a doubt by its answer.

The specification gives the GET of a negotiation to both sides and that of a transfer to the consumer; a provider's
doubt about a transfer ends by the consumer's next message or look.
"""

import msgspec

from connector.controlplane.plane import Plane
from connector.ports.store import AnyProcess
from connector.protocol.dsp import machine
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machine import Kind, Table


async def ask(plane: Plane, process: AnyProcess, table: Table) -> AnyProcess | None:
    """Return the process as the peer's state settles it, or None where it settles nothing or cannot be had."""
    if process.peer_pid is None or (table.kind is Kind.TRANSFER and process.role is Role.PROVIDER):
        return None
    state = await plane.peer.state(process.peer, process.peer_address, table.kind, process.role.other, process.peer_pid)
    if not isinstance(state, str):
        return None
    settled: AnyProcess | None = machine.observed(process, table, state, plane.now())
    if settled is None:
        return None
    return msgspec.structs.replace(settled, version=process.version)
