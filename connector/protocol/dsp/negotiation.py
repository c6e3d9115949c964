"""The messages of a contract negotiation (Dataspace Protocol 2025-1, Contract Negotiation Protocol).

Offers and agreements are `msgspec.Raw`: the JSON exactly as sent. `codec.decode` checks them with the views in
`policy`.

Pure: standard library and msgspec only.
"""

from enum import StrEnum

import msgspec

from connector.protocol.dsp.common import Message, Reasons
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState


class EventType(StrEnum):
    """The type of an event message: the consumer accepted, or the provider finalized."""

    ACCEPTED = "ACCEPTED"
    FINALIZED = "FINALIZED"


class ContractRequestMessage(Message, frozen=True, kw_only=True):
    """Consumer to provider: a first request (with `callback_address`) or a counter-request (with `provider_pid`)."""

    consumer_pid: str
    offer: msgspec.Raw
    provider_pid: str | None = None
    callback_address: str | None = None

    def __post_init__(self) -> None:
        if self.provider_pid is None and self.callback_address is None:
            raise ValueError("Expected `callbackAddress` in a first request or `providerPid` in a later one")


class ContractOfferMessage(Message, frozen=True, kw_only=True):
    """Provider to consumer: a first offer (with `callback_address`) or a counter-offer (with `consumer_pid`)."""

    provider_pid: str
    offer: msgspec.Raw
    consumer_pid: str | None = None
    callback_address: str | None = None

    def __post_init__(self) -> None:
        if self.consumer_pid is None and self.callback_address is None:
            raise ValueError("Expected `callbackAddress` in a first offer or `consumerPid` in a later one")


class ContractAgreementMessage(Message, frozen=True, kw_only=True):
    """Provider to consumer: the complete agreement."""

    provider_pid: str
    consumer_pid: str
    agreement: msgspec.Raw
    callback_address: str | None = None


class ContractAgreementVerificationMessage(Message, frozen=True, kw_only=True):
    """Consumer to provider: the agreement is confirmed."""

    provider_pid: str
    consumer_pid: str


class ContractNegotiationEventMessage(Message, frozen=True, kw_only=True):
    """ACCEPTED by the consumer or FINALIZED by the provider."""

    provider_pid: str
    consumer_pid: str
    event_type: EventType


class ContractNegotiationTerminationMessage(Message, frozen=True, kw_only=True):
    """Either side terminates the negotiation."""

    provider_pid: str
    consumer_pid: str
    code: str | None = None
    reason: Reasons = ()


class ContractNegotiation(Message, frozen=True, kw_only=True):
    """The acknowledgement: the negotiation at the answering side."""

    provider_pid: str
    consumer_pid: str
    state: NegotiationState


class ContractNegotiationError(Message, frozen=True, kw_only=True):
    """The error body of the negotiation endpoints; both pids are required, so an unknown pid is the empty string."""

    provider_pid: str
    consumer_pid: str
    code: str | None = None
    reason: Reasons = ()


MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (
        ContractRequestMessage,
        ContractOfferMessage,
        ContractAgreementMessage,
        ContractAgreementVerificationMessage,
        ContractNegotiationEventMessage,
        ContractNegotiationTerminationMessage,
    )
}
"""The messages that are sent, by their names."""
