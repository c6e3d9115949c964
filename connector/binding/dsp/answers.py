"""The answers to a peer: acknowledgements, states of processes, and errors in the form of their chapter.

An unknown pid, a foreign pid and a process in another role have the same 404.
"""

from collections.abc import Callable

from starlette.background import BackgroundTask
from starlette.responses import Response

from connector.binding.dsp.body import JSON
from connector.controlplane.processes.inbound import NOT_FOUND, Declined, ProcessAnswer
from connector.ports.identity import Caller
from connector.ports.store import AnyProcess
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.catalog import CatalogError
from connector.protocol.dsp.codec import encode, error_body
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TransferState

Wake = Callable[[AnyProcess], None]
ErrorKind = type[negotiation.ContractNegotiationError] | type[transfer.TransferError] | type[CatalogError]


def refuse(errors: ErrorKind, error: ProtocolError, *, retry_after_s: int | None = None) -> Response:
    """Return an error answer of a chapter."""
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    if error.status in {408, 413}:
        # The rest of the body is not read, so the connection cannot be used again.
        headers["Connection"] = "close"
    return Response(error_body(errors, error), error.status, headers, JSON)


def answer_outcome(wake: Wake, errors: ErrorKind, outcome: ProcessAnswer | Declined) -> Response:
    """Return the answer for the outcome of a use case; `wake` is called after the answer is written."""
    if isinstance(outcome, Declined):
        error = RemoteProtocolError(outcome.reason, code=outcome.code, status=outcome.status)
        pids = {"provider_pid": outcome.provider_pid, "consumer_pid": outcome.consumer_pid}
        body = error_body(errors, error, **pids) if errors is not CatalogError else error_body(errors, error)
        headers = {"Retry-After": str(outcome.retry_after_s)} if outcome.retry_after_s else None
        return Response(body, outcome.status, headers, JSON)
    status = 201 if outcome.created else 200
    body = encode_process(outcome.process, outcome.state)
    return Response(body, status, None, JSON, _make_waker(wake, outcome.process) if outcome.woken else None)


def encode_process(process: AnyProcess, state: str) -> bytes:
    """Return a process in the form of acknowledgements and of answers to GET requests."""
    own, other = process.id, process.peer_pid or ""
    consumer, provider = (own, other) if process.role is Role.CONSUMER else (other, own)
    if isinstance(process, Negotiation):
        negotiation_state = NegotiationState(state)
        return encode(
            negotiation.ContractNegotiation(provider_pid=provider, consumer_pid=consumer, state=negotiation_state)
        )
    transfer_state = TransferState(state)
    return encode(transfer.TransferProcess(provider_pid=provider, consumer_pid=consumer, state=transfer_state))


def answer_state(errors: ErrorKind, process: AnyProcess | None, caller: Caller) -> Response:
    """Return the state of a process to its counterparty; every other caller receives 404."""
    if process is None or process.peer != caller.participant or process.state is None:
        fault = RemoteProtocolError(NOT_FOUND.reason, code=NOT_FOUND.code, status=NOT_FOUND.status)
        return refuse(errors, fault)
    return Response(encode_process(process, process.state), 200, None, JSON)


def _make_waker(wake: Wake, process: AnyProcess) -> BackgroundTask:
    async def run() -> None:
        wake(process)

    return BackgroundTask(run)
