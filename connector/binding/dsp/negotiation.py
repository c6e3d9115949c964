"""The routes of negotiation messages (Contract Negotiation HTTPS Binding), of provider and consumer alike."""

from typing import Any

import msgspec

from connector.binding.dsp.answers import answer_outcome, answer_state
from connector.binding.dsp.body import read_message
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, endpoint
from connector.binding.dsp.routing import Route
from connector.controlplane.processes import inbound_negotiation, loading
from connector.controlplane.processes.receiver import MessageReceiver
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp import negotiation
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.negotiation import ContractNegotiationError


def routes(gatekeeper: Gatekeeper, receiver: MessageReceiver) -> list[Route]:
    """Return the routes, relative to the base path."""
    context = receiver.context

    def post(path: str, handle: Handle, intent: Intent = Intent.NEGOTIATION) -> Route:
        return Route("POST", path, endpoint(gatekeeper, ContractNegotiationError, intent, handle))

    def later(kind: type[msgspec.Struct], name: str) -> Handle:
        async def handle(request: PeerRequest, caller: Caller, body: bytes) -> Reply:
            received = await read_message(kind, body)
            machine_name = name_event(received.message) if kind is negotiation.ContractNegotiationEventMessage else name
            pid = request.names["pid"]
            outcome = await inbound_negotiation.message(receiver, caller, pid, machine_name, received)
            return answer_outcome(context.wake, ContractNegotiationError, outcome, received.message)

        return handle

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
        post("/negotiations/{pid}/request", later(negotiation.ContractRequestMessage, machine.REQUEST)),
        post("/negotiations/{pid}/offers", later(negotiation.ContractOfferMessage, machine.OFFER)),
        post("/negotiations/{pid}/agreement", later(negotiation.ContractAgreementMessage, machine.AGREEMENT)),
        post(
            "/negotiations/{pid}/agreement/verification",
            later(negotiation.ContractAgreementVerificationMessage, machine.VERIFICATION),
        ),
        post("/negotiations/{pid}/events", later(negotiation.ContractNegotiationEventMessage, "")),
        post(
            "/negotiations/{pid}/termination",
            later(negotiation.ContractNegotiationTerminationMessage, machine.TERMINATION),
            Intent.ENDING,
        ),
    ]


def name_event(message: Any) -> str:
    """Return the name that an event message has in the state machine."""
    accepted = message.event_type is negotiation.EventType.ACCEPTED
    return negotiation_machine.ACCEPTED if accepted else negotiation_machine.FINALIZED
