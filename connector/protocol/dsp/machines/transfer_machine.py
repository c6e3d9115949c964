"""The transfer process as a value, and its state machine as data.

Dataspace Protocol 2025-1, Transfer Process Protocol.

Pure: the transitions are those of the standard; the entity adds only the data that a transfer has to remember.
"""

from enum import StrEnum

import msgspec

from connector.protocol.dsp.agreement_keys import make_agreement_key
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Process, ProcessKind, StateMachine, Transition


class TransferState(StrEnum):
    """The five states of a transfer process."""

    REQUESTED = "REQUESTED"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class FlowState(StrEnum):
    """The states of a data flow, as wanted by the control plane and as reported by the data plane (DPS)."""

    NONE = "NONE"
    PREPARED = "PREPARED"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


REQUEST = "TransferRequestMessage"
START = "TransferStartMessage"
SUSPENSION = "TransferSuspensionMessage"
COMPLETION = "TransferCompletionMessage"
TERMINATION = "TransferTerminationMessage"

_C, _P, _S = Role.CONSUMER, Role.PROVIDER, TransferState

TRANSFER = StateMachine(
    kind=ProcessKind.TRANSFER,
    transitions=(
        Transition(None, _C, REQUEST, _S.REQUESTED, has_content=True),
        Transition(_S.REQUESTED, _P, START, _S.STARTED, has_content=True),
        Transition(_S.REQUESTED, _C, TERMINATION, _S.TERMINATED),
        Transition(_S.REQUESTED, _P, TERMINATION, _S.TERMINATED),
        Transition(_S.STARTED, _C, COMPLETION, _S.COMPLETED),
        Transition(_S.STARTED, _P, COMPLETION, _S.COMPLETED),
        Transition(_S.STARTED, _C, SUSPENSION, _S.SUSPENDED),
        Transition(_S.STARTED, _P, SUSPENSION, _S.SUSPENDED),
        Transition(_S.STARTED, _C, TERMINATION, _S.TERMINATED),
        Transition(_S.STARTED, _P, TERMINATION, _S.TERMINATED),
        Transition(_S.SUSPENDED, _C, START, _S.STARTED),
        Transition(_S.SUSPENDED, _P, START, _S.STARTED),
        Transition(_S.SUSPENDED, _C, TERMINATION, _S.TERMINATED),
        Transition(_S.SUSPENDED, _P, TERMINATION, _S.TERMINATED),
    ),
    terminal=frozenset({_S.COMPLETED, _S.TERMINATED}),
    ranks={START: 1, SUSPENSION: 2, COMPLETION: 3, TERMINATION: 4},
    ending=TERMINATION,
    terminated=_S.TERMINATED,
)


# The wanted state of the data flow in each state of the process.
WANTED = {
    TransferState.REQUESTED: FlowState.NONE,
    TransferState.STARTED: FlowState.STARTED,
    TransferState.SUSPENDED: FlowState.SUSPENDED,
    TransferState.COMPLETED: FlowState.COMPLETED,
    TransferState.TERMINATED: FlowState.TERMINATED,
}

# The formats of the distributions, with the names that deployed connectors use.
PULL, PUSH = "HttpData-PULL", "HttpData-PUSH"


class Transfer(Process, frozen=True, kw_only=True):
    """A transfer process: the process, its agreement, and the state of its data flow.

    `data_address` is the JSON of the DataAddress as sent or received: for a pull the address and token of the provider,
    for a push those of the consumer. `flow_wanted` is the state that the control plane wants, `flow_reported` the state
    that the data plane confirmed last; the worker signals until they are equal. `sink` is the JSON of the address where
    the consumer stores the data. `keep` leaves a transfer open after a finite delivery. `parameters` is the query with
    which the consumer asks for a part of the data. `suspended_by` is the side that
    suspended the transfer; only this side can resume it. `lease_until` is the end of the lease. `progress` is the JSON
    of the last report of the data plane. `profile` is the format as the peer wrote it, if that is another name.
    `choice` is the query with which the consumer chooses a form and rows of a pull; empty for the data as it is.
    """

    agreement_id: str
    dataset: str
    format: str
    profile: str = ""
    data_address: bytes | None = None
    flow_wanted: FlowState = FlowState.NONE
    flow_reported: FlowState = FlowState.NONE
    sink: bytes | None = None
    keep: bool = False
    choice: str = ""
    parameters: str = ""
    suspended_by: Role | None = None
    lease_until: int | None = None
    progress: bytes | None = None
    request_digest: str = ""
    evidence: bytes = b"{}"

    @property
    def kind(self) -> ProcessKind:
        """The kind of process, fixed by the type."""
        return ProcessKind.TRANSFER

    @property
    def agreement_key(self) -> str:
        """The key of its agreement at this side."""
        return make_agreement_key(self.role, self.peer, self.agreement_id)


def want(process: Transfer, flow: FlowState) -> Transfer:
    """Return the transfer with a new wanted state of its flow.

    The data plane may have carried out a wanted start without a report. The start counts as reported, so it is undone.
    """
    reported = process.flow_reported
    may_move = process.flow_wanted is FlowState.STARTED and flow is not FlowState.STARTED
    if may_move and reported not in {FlowState.COMPLETED, FlowState.TERMINATED}:
        reported = FlowState.STARTED
    return msgspec.structs.replace(process, flow_wanted=flow, flow_reported=reported)
