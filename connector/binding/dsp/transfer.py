"""The routes of transfer messages (Transfer Process HTTPS Binding), of provider and consumer alike."""

import msgspec

from connector.binding.dsp.answers import answer_outcome, answer_state
from connector.binding.dsp.body import read_message
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, NoteRefusal, endpoint, note_nothing
from connector.binding.dsp.routing import Route
from connector.controlplane.processes import inbound_transfer, loading, refusals
from connector.controlplane.processes.receiver import MessageReceiver
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp import transfer
from connector.protocol.dsp.machines import transfer_machine
from connector.protocol.dsp.transfer import TransferError


def routes(gatekeeper: Gatekeeper, receiver: MessageReceiver) -> list[Route]:
    """Return the routes, relative to the base path."""
    context = receiver.context

    def post(path: str, handle: Handle, intent: Intent = Intent.TRANSFER, note: NoteRefusal = note_nothing) -> Route:
        return Route("POST", path, endpoint(gatekeeper, TransferError, intent, handle, note, sealed=path))

    def later(path: str, kind: type[msgspec.Struct], name: str, intent: Intent = Intent.TRANSFER) -> Route:
        async def handle(request: PeerRequest, caller: Caller, body: bytes) -> Reply:
            received = await read_message(kind, body)
            outcome = await inbound_transfer.message(receiver, caller, request.names["pid"], name, received)
            return answer_outcome(context.wake, TransferError, outcome, received.message)

        async def note(request: PeerRequest, caller: Caller, reason: str) -> None:
            pid = request.names["pid"]
            await refusals.note(context, lambda: loading.load_transfer(context, pid), caller, kind.__name__, reason)

        return post(path, handle, intent, note)

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
        later("/transfers/{pid}/start", transfer.TransferStartMessage, machine.START),
        later("/transfers/{pid}/suspension", transfer.TransferSuspensionMessage, machine.SUSPENSION, ending),
        later("/transfers/{pid}/completion", transfer.TransferCompletionMessage, machine.COMPLETION, ending),
        later("/transfers/{pid}/termination", transfer.TransferTerminationMessage, machine.TERMINATION, ending),
    ]
