"""Where transfer messages arrive (Transfer Process HTTPS Binding), provider and consumer paths alike."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from connector.binding.dsp.handling import answered, endpoint, read, shown
from connector.binding.dsp.negotiation import Handle
from connector.binding.dsp.routing import Route
from connector.controlplane.core.plane import Plane
from connector.controlplane.processes import inbound_transfer
from connector.controlplane.processes.inbound import used
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp import transfer
from connector.protocol.dsp.machines import transfer_machine
from connector.protocol.dsp.transfer import TransferError


def routes(plane: Plane) -> list[Route]:
    """Return the routes below the base path."""

    def post(path: str, handle: Handle, intent: Intent = Intent.TRANSFER) -> Route:
        return Route("POST", path, endpoint(plane, TransferError, intent, handle))

    def later(kind: type[msgspec.Struct], name: str) -> Handle:
        async def handle(request: Request, caller: Caller, body: bytes) -> Response:
            received = read(kind, body)
            outcome = await inbound_transfer.message(plane, caller, request.path_params["pid"], name, received)
            return answered(plane, TransferError, outcome)

        return handle

    async def request(_: Request, caller: Caller, body: bytes) -> Response:
        received = read(transfer.TransferRequestMessage, body)
        return answered(plane, TransferError, await inbound_transfer.request(plane, caller, received))

    async def show(request: Request, caller: Caller, _: bytes) -> Response:
        await plane.store.commit(used(caller))
        process = await plane.store.transfer(plane.owner, request.path_params["pid"])
        return shown(TransferError, process, caller)

    machine, ending = transfer_machine, Intent.ENDING
    return [
        post("/transfers/request", request),
        Route("GET", "/transfers/{pid}", endpoint(plane, TransferError, ending, show)),
        post("/transfers/{pid}/start", later(transfer.TransferStartMessage, machine.START)),
        post("/transfers/{pid}/suspension", later(transfer.TransferSuspensionMessage, machine.SUSPENSION), ending),
        post("/transfers/{pid}/completion", later(transfer.TransferCompletionMessage, machine.COMPLETION), ending),
        post("/transfers/{pid}/termination", later(transfer.TransferTerminationMessage, machine.TERMINATION), ending),
    ]
