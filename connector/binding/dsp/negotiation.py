"""The routes of negotiation messages (Contract Negotiation HTTPS Binding), of provider and consumer alike."""

from typing import Any

import msgspec

from connector.binding.dsp.answers import answer_outcome, answer_state
from connector.binding.dsp.body import read_message
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, NoteRefusal, endpoint, note_nothing
from connector.binding.dsp.routing import Route
from connector.controlplane.processes import inbound_negotiation, loading, refusals
from connector.controlplane.processes.receiver import MessageReceiver
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.negotiation import ContractNegotiationError


def routes(gatekeeper: Gatekeeper, receiver: MessageReceiver) -> list[Route]:
    """Return the routes, relative to the base path."""
    context = receiver.context

    def post(
        template: str, handle: Handle, intent: Intent = Intent.NEGOTIATION, note: NoteRefusal = note_nothing
    ) -> Route:
        entry = endpoint(gatekeeper, ContractNegotiationError, intent, handle, note, sealed=template)
        return Route("POST", template, entry)

    def later(template: str, kind: type[msgspec.Struct], name: str, intent: Intent = Intent.NEGOTIATION) -> Route:
        async def handle(request: PeerRequest, caller: Caller, body: bytes) -> Reply:
            received = await read_message(kind, body)
            machine_name = name_event(received.message) if kind is negotiation.ContractNegotiationEventMessage else name
            pid = request.names["pid"]
            outcome = await inbound_negotiation.message(receiver, caller, pid, machine_name, received)
            return answer_outcome(context.wake, ContractNegotiationError, outcome, received.message)

        async def note(request: PeerRequest, caller: Caller, reason: str) -> None:
            pid = request.names["pid"]
            await refusals.note(context, lambda: loading.load_negotiation(context, pid), caller, kind.__name__, reason)

        return post(template, handle, intent, note)

    async def request(_: PeerRequest, caller: Caller, body: bytes) -> Reply:
        received = await read_message(negotiation.ContractRequestMessage, body)
        outcome = await inbound_negotiation.request(receiver, caller, received)
        return answer_outcome(context.wake, ContractNegotiationError, outcome, received.message)

    async def offer(_: PeerRequest, caller: Caller, body: bytes) -> Reply:
        received = await read_message(negotiation.ContractOfferMessage, body)
        outcome = await inbound_negotiation.offer(receiver, caller, received)
        return answer_outcome(context.wake, ContractNegotiationError, outcome, received.message)

    async def show(request: PeerRequest, caller: Caller, _: bytes) -> Reply:
        await gatekeeper.use_token(caller)
        process = await loading.store_negotiation(context, request.names["pid"])
        return answer_state(ContractNegotiationError, process, caller)

    machine = negotiation_machine
    return [
        post("/negotiations/request", request),
        post("/negotiations/offers", offer),
        Route("GET", "/negotiations/{pid}", endpoint(gatekeeper, ContractNegotiationError, Intent.ENDING, show)),
        later("/negotiations/{pid}/request", negotiation.ContractRequestMessage, machine.REQUEST),
        later("/negotiations/{pid}/offers", negotiation.ContractOfferMessage, machine.OFFER),
        later("/negotiations/{pid}/agreement", negotiation.ContractAgreementMessage, machine.AGREEMENT),
        later(
            "/negotiations/{pid}/agreement/verification",
            negotiation.ContractAgreementVerificationMessage,
            machine.VERIFICATION,
        ),
        later("/negotiations/{pid}/events", negotiation.ContractNegotiationEventMessage, ""),
        later(
            "/negotiations/{pid}/termination",
            negotiation.ContractNegotiationTerminationMessage,
            machine.TERMINATION,
            Intent.ENDING,
        ),
    ]


def name_event(message: Any) -> str:
    """Return the name that an event message has in the state machine."""
    accepted = message.event_type is negotiation.EventType.ACCEPTED
    return negotiation_machine.ACCEPTED if accepted else negotiation_machine.FINALIZED
