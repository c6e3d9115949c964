"""The messages of a transfer process (Dataspace Protocol 2025-1, Transfer Process Protocol).

Pure: standard library and msgspec only.
"""

from connector.protocol.dsp.common import DataAddress, Message, Reasons
from connector.protocol.dsp.machines.transfer_machine import TransferState


class TransferRequestMessage(Message, frozen=True, kw_only=True):
    """Consumer to provider: request a transfer under an agreement; a push contains the destination."""

    consumer_pid: str
    agreement_id: str
    format: str
    callback_address: str
    data_address: DataAddress | None = None


class TransferStartMessage(Message, frozen=True, kw_only=True):
    """Provider to consumer: start (a pull contains the source) or resume. Consumer to provider: resume."""

    provider_pid: str
    consumer_pid: str
    data_address: DataAddress | None = None


class TransferSuspensionMessage(Message, frozen=True, kw_only=True):
    """Either side suspends the transfer."""

    provider_pid: str
    consumer_pid: str
    code: str | None = None
    reason: Reasons = ()


class TransferCompletionMessage(Message, frozen=True, kw_only=True):
    """Either side reports that the transfer is complete."""

    provider_pid: str
    consumer_pid: str


class TransferTerminationMessage(Message, frozen=True, kw_only=True):
    """Either side terminates the transfer."""

    provider_pid: str
    consumer_pid: str
    code: str | None = None
    reason: Reasons = ()


class TransferProcess(Message, frozen=True, kw_only=True):
    """The acknowledgement: the transfer at the answering side."""

    provider_pid: str
    consumer_pid: str
    state: TransferState


class TransferError(Message, frozen=True, kw_only=True):
    """The error body of the transfer endpoints; both pids are required, so an unknown pid is the empty string."""

    provider_pid: str
    consumer_pid: str
    code: str | None = None
    reason: Reasons = ()


MESSAGES: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (
        TransferRequestMessage,
        TransferStartMessage,
        TransferSuspensionMessage,
        TransferCompletionMessage,
        TransferTerminationMessage,
    )
}
"""The messages that are sent, by their names."""
