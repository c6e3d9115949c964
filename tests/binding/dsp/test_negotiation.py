"""The routes of negotiations: each path takes its message, and a GET returns the state to the counterparty."""

from connector.binding.dsp.negotiation import name_event
from connector.protocol.dsp.machines import negotiation_machine
from connector.protocol.dsp.negotiation import ContractNegotiationEventMessage, EventType
from tests.binding.door import UNKNOWN, Door, refused


async def test_a_request_begins_a_negotiation_and_its_state_is_read(door: Door) -> None:
    consumer, provider = await door.negotiation()
    shown = (await door.get(f"/negotiations/{provider}")).json()
    assert (shown["consumerPid"], shown["providerPid"], shown["state"]) == (consumer, provider, "REQUESTED")
    refused(await door.get(f"/negotiations/{provider}", token=door.token(of="other")), 404, "not-found")
    refused(await door.get(f"/negotiations/{UNKNOWN}"), 404, "not-found")


async def test_each_path_takes_its_own_message_only(door: Door) -> None:
    consumer, provider = await door.negotiation()
    body = door.message("ContractNegotiationTerminationMessage", consumer, provider)
    refused(await door.post(f"/negotiations/{provider}/agreement/verification", body), 400)
    assert (await door.post(f"/negotiations/{provider}/termination", body)).status_code == 200
    assert (await door.get(f"/negotiations/{provider}")).json()["state"] == "TERMINATED"


def test_an_event_message_has_the_name_of_its_event() -> None:
    def message(event: EventType) -> ContractNegotiationEventMessage:
        return ContractNegotiationEventMessage(provider_pid="p", consumer_pid="c", event_type=event)

    assert name_event(message(EventType.ACCEPTED)) == negotiation_machine.ACCEPTED
    assert name_event(message(EventType.FINALIZED)) == negotiation_machine.FINALIZED
