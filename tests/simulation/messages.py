"""The messages by the names that the machine gives them."""

from typing import Any

from connector.protocol.dsp import negotiation, transfer


def kind_of(message: str) -> Any:
    """Return the type of a message by the machine's name of it."""
    return (negotiation.MESSAGES | transfer.MESSAGES)[message.partition(":")[0]]
