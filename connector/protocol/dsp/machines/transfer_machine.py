"""The transfer process as a value and its figure as data.

Dataspace Protocol 2025-1, Transfer Process Protocol.

Pure: the figure is the specification's, arrow by arrow; the entity adds only what a transfer has to remember.
"""

from enum import StrEnum

import msgspec

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Move, Process, ProcessKind, StateMachine


class TransferState(StrEnum):
    """The five states of a transfer process."""

    REQUESTED = "REQUESTED"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class FlowState(StrEnum):
    """What the control plane wants of the data plane, and what the data plane reported (Data Plane Signaling)."""

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
    moves=(
        Move(None, _C, REQUEST, _S.REQUESTED, bears=True),
        Move(_S.REQUESTED, _P, START, _S.STARTED, bears=True),
        Move(_S.REQUESTED, _C, TERMINATION, _S.TERMINATED),
        Move(_S.REQUESTED, _P, TERMINATION, _S.TERMINATED),
        Move(_S.STARTED, _C, COMPLETION, _S.COMPLETED),
        Move(_S.STARTED, _P, COMPLETION, _S.COMPLETED),
        Move(_S.STARTED, _C, SUSPENSION, _S.SUSPENDED),
        Move(_S.STARTED, _P, SUSPENSION, _S.SUSPENDED),
        Move(_S.STARTED, _C, TERMINATION, _S.TERMINATED),
        Move(_S.STARTED, _P, TERMINATION, _S.TERMINATED),
        Move(_S.SUSPENDED, _C, START, _S.STARTED),
        Move(_S.SUSPENDED, _P, START, _S.STARTED),
        Move(_S.SUSPENDED, _C, TERMINATION, _S.TERMINATED),
        Move(_S.SUSPENDED, _P, TERMINATION, _S.TERMINATED),
    ),
    terminal=frozenset({_S.COMPLETED, _S.TERMINATED}),
    ranks={START: 1, SUSPENSION: 2, COMPLETION: 3, TERMINATION: 4},
    ending=TERMINATION,
    terminated=_S.TERMINATED,
)


# What a state of the process wants of the data flow.
WANTED = {
    TransferState.REQUESTED: FlowState.NONE,
    TransferState.STARTED: FlowState.STARTED,
    TransferState.SUSPENDED: FlowState.SUSPENDED,
    TransferState.COMPLETED: FlowState.COMPLETED,
    TransferState.TERMINATED: FlowState.TERMINATED,
}

# The formats of our distributions, by the names deployed connectors use.
PULL, PUSH = "HttpData-PULL", "HttpData-PUSH"


class Transfer(Process, frozen=True, kw_only=True):
    """A transfer process: the process, the agreement it moves data under, and what its data flow is told.

    `data_address` is the JSON of the DataAddress as sent or received (a pull: the provider's, with its token; a push:
    the consumer's). `flow_wanted` is what we want of our data plane, `flow_reported` what it last confirmed; the worker
    signals until they are equal. `sink` names where the consumer's side puts the data (JSON of an address of ours),
    `keep` keeps a transfer open after a finite delivery, `suspended_by` says whose suspension it is (only that side may
    lift it), `lease_until` when leave to move bytes ends. `progress` is the JSON of the data plane's last report.
    """

    agreement_id: str
    dataset: str
    format: str
    data_address: bytes | None = None
    flow_wanted: FlowState = FlowState.NONE
    flow_reported: FlowState = FlowState.NONE
    sink: bytes | None = None
    keep: bool = False
    suspended_by: Role | None = None
    lease_until: int | None = None
    progress: bytes | None = None
    request_digest: str = ""
    evidence: bytes = b"{}"

    @property
    def kind(self) -> ProcessKind:
        """The process kind, fixed by the type."""
        return ProcessKind.TRANSFER


def want(process: Transfer, flow: FlowState) -> Transfer:
    """Return the transfer with another state of its flow wanted.

    A start that was wanted may have been carried out and not yet reported: it counts as reported, so that it is undone.
    """
    reported = process.flow_reported
    may_move = process.flow_wanted is FlowState.STARTED and flow is not FlowState.STARTED
    if may_move and reported not in {FlowState.COMPLETED, FlowState.TERMINATED}:
        reported = FlowState.STARTED
    return msgspec.structs.replace(process, flow_wanted=flow, flow_reported=reported)
