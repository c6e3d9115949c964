"""The routes of transfer messages (Transfer Process HTTPS Binding), of provider and consumer alike."""

import msgspec

from connector.binding.dsp.answers import answer_outcome, answer_state
from connector.binding.dsp.body import read_message
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, endpoint
from connector.binding.dsp.routing import Route
from connector.controlplane.processes import inbound_transfer, loading
from connector.controlplane.processes.receiver import MessageReceiver
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp import transfer
from connector.protocol.dsp.machines import transfer_machine
from connector.protocol.dsp.transfer import TransferError


def routes(gatekeeper: Gatekeeper, receiver: MessageReceiver) -> list[Route]:
    """Return the routes, relative to the base path."""
    context = receiver.context

    def post(path: str, handle: Handle, intent: Intent = Intent.TRANSFER) -> Route:
        return Route("POST", path, endpoint(gatekeeper, TransferError, intent, handle))

    def later(kind: type[msgspec.Struct], name: str) -> Handle:
        async def handle(request: PeerRequest, caller: Caller, body: bytes) -> Reply:
            received = await read_message(kind, body)
            outcome = await inbound_transfer.message(receiver, caller, request.names["pid"], name, received)
            return answer_outcome(context.wake, TransferError, outcome, received.message)

        return handle

    async def request(_: PeerRequest, caller: Caller, body: bytes) -> Reply:
        received = await read_message(transfer.TransferRequestMessage, body)
        outcome = await inbound_transfer.request(receiver, caller, received)
        return answer_outcome(context.wake, TransferError, outcome, received.message)

    async def show(request: PeerRequest, caller: Caller, _: bytes) -> Reply:
        await gatekeeper.use_token(caller)
        process = await loading.store_transfer(context, request.names["pid"])
        return answer_state(TransferError, process, caller)

    machine, ending = transfer_machine, Intent.ENDING
    return [
        post("/transfers/request", request),
        Route("GET", "/transfers/{pid}", endpoint(gatekeeper, TransferError, ending, show)),
        post("/transfers/{pid}/start", later(transfer.TransferStartMessage, machine.START)),
        post("/transfers/{pid}/suspension", later(transfer.TransferSuspensionMessage, machine.SUSPENSION), ending),
        post("/transfers/{pid}/completion", later(transfer.TransferCompletionMessage, machine.COMPLETION), ending),
        post("/transfers/{pid}/termination", later(transfer.TransferTerminationMessage, machine.TERMINATION), ending),
    ]
