"""The messages by the names that the machine gives them."""

from typing import Any

from connector.protocol.dsp import negotiation, transfer

NEGOTIATION: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        negotiation.ContractRequestMessage,
        negotiation.ContractOfferMessage,
        negotiation.ContractAgreementMessage,
        negotiation.ContractAgreementVerificationMessage,
        negotiation.ContractNegotiationEventMessage,
        negotiation.ContractNegotiationTerminationMessage,
    )
}
TRANSFER: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        transfer.TransferRequestMessage,
        transfer.TransferStartMessage,
        transfer.TransferSuspensionMessage,
        transfer.TransferCompletionMessage,
        transfer.TransferTerminationMessage,
    )
}


def kind_of(message: str) -> Any:
    """Return the type of a message by the machine's name of it."""
    name = message.partition(":")[0]
    return NEGOTIATION.get(name) or TRANSFER[name]
