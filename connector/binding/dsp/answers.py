"""The answers to a peer: acknowledgements, states of processes, and errors in the form of their chapter.

An unknown pid, a foreign pid and a process in another role have the same 404.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from connector.binding.dsp.body import JSON
from connector.controlplane.processes.inbound import NOT_FOUND, Declined, ProcessAnswer
from connector.net.serving.messages import Reply
from connector.ports.identity import Caller
from connector.ports.store import AnyProcess
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.catalog import CatalogError
from connector.protocol.dsp.codec import encode, error_body
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TransferState
from connector.protocol.dsp.paths import check_pid

Wake = Callable[[AnyProcess], None]
_PID_NAMES = {"consumer_pid": "consumerPid", "provider_pid": "providerPid"}
ErrorKind = type[negotiation.ContractNegotiationError] | type[transfer.TransferError] | type[CatalogError]


def refuse(
    errors: ErrorKind | None,
    error: ProtocolError,
    *,
    retry_after_s: int | None = None,
    pids: Mapping[str, str] | None = None,
) -> Reply:
    """Return an error answer of a chapter, with the pids of the process as far as they are known.

    Without a chapter, it is a code and a reason: other protocols define no form of errors.
    """
    if errors is None:
        body = msgspec.json.encode({"code": error.code, "reason": error.reason})
        return Reply(
            status=error.status, body=body, headers=_make_headers(error.status, retry_after_s), media_type=JSON
        )
    body = error_body(errors, error, **pids) if pids and errors is not CatalogError else error_body(errors, error)
    return Reply(status=error.status, body=body, headers=_make_headers(error.status, retry_after_s), media_type=JSON)


def _make_headers(status: int, retry_after_s: int | None) -> dict[str, str]:
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    return {**headers, "WWW-Authenticate": "Bearer"} if status == 401 else headers


class _Pids(msgspec.Struct, frozen=True, rename="camel"):
    consumer_pid: Any = ""
    provider_pid: Any = ""


def read_pids(body: bytes) -> dict[str, str]:
    """Return the pids that the body of a refused message states, as far as they can be read."""
    try:
        stated = msgspec.to_builtins(msgspec.json.decode(body, type=_Pids))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: stated[word] for name, word in _PID_NAMES.items() if _is_pid(stated[word])}


def _is_pid(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        check_pid(value)
    except ProtocolError:
        return False
    return True


def answer_outcome(
    wake: Wake, errors: ErrorKind, outcome: ProcessAnswer | Declined, message: msgspec.Struct | None = None
) -> Reply:
    """Return the answer for the outcome of a use case; `wake` is called after the answer is written."""
    if isinstance(outcome, Declined):
        error = RemoteProtocolError(outcome.reason, code=outcome.code, status=outcome.status)
        # A pid that the caller may not know of is told as the caller itself stated it.
        pids = {name: getattr(outcome, name) or getattr(message, name, None) or "" for name in _PID_NAMES}
        body = error_body(errors, error, **pids) if errors is not CatalogError else error_body(errors, error)
        headers = _make_headers(outcome.status, outcome.retry_after_s)
        return Reply(status=outcome.status, body=body, headers=headers, media_type=JSON)
    status = 201 if outcome.created else 200
    body = encode_process(outcome.process, outcome.state)
    after = partial(wake, outcome.process) if outcome.woken else None
    return Reply(status=status, body=body, media_type=JSON, after=after)


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


def answer_state(errors: ErrorKind, process: AnyProcess | None, caller: Caller) -> Reply:
    """Return the state of a process to its counterparty; every other caller receives 404."""
    if process is None or process.peer != caller.participant or process.state is None:
        fault = RemoteProtocolError(NOT_FOUND.reason, code=NOT_FOUND.code, status=NOT_FOUND.status)
        return refuse(errors, fault)
    return Reply(body=encode_process(process, process.state), media_type=JSON)
