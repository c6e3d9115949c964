"""The steps of a request and of a delivery, from the audit log: what has happened, what is on, and what comes. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from connector.ports.entities import Leaf
from connector.protocol.dsp.machines import negotiation_machine, transfer_machine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, Transfer, TransferState

REQUEST_STEPS: Mapping[str, frozenset[str]] = {
    "sent": frozenset({"decided request"}),
    "arrived": frozenset({f"acknowledged {negotiation_machine.REQUEST}"}),
    "answered": frozenset({f"received {negotiation_machine.AGREEMENT}", f"received {negotiation_machine.OFFER}"}),
    "concluded": frozenset({f"received {negotiation_machine.FINALIZED}"}),
}
DELIVERY_STEPS: Mapping[str, frozenset[str]] = {
    "ordered": frozenset({"decided request"}),
    "known": frozenset({f"acknowledged {transfer_machine.REQUEST}"}),
    "begun": frozenset({f"received {transfer_machine.START}"}),
    "delivered": frozenset({"flow completed", "flow delivered", f"received {transfer_machine.COMPLETION}"}),
}
"""The steps in their order, each with the events of the audit log that finish it."""

# How many steps are done in each state; in the others, none.
_REQUEST_REACHED: Mapping[str, int] = {
    NegotiationState.REQUESTED: 2,
    NegotiationState.OFFERED: 3,
    NegotiationState.ACCEPTED: 2,
    NegotiationState.AGREED: 3,
    NegotiationState.VERIFIED: 3,
    NegotiationState.FINALIZED: 4,
}
_DELIVERY_REACHED: Mapping[str, int] = {
    TransferState.REQUESTED: 2,
    TransferState.STARTED: 3,
    TransferState.SUSPENDED: 3,
    TransferState.COMPLETED: 4,
}


class StepState(StrEnum):
    """Whether a step is done, on, paused or still to come, where a process was broken off, or never reached by that."""

    DONE = "done"
    ON = "on"
    COMING = "coming"
    PAUSED = "paused"
    BROKEN = "broken"
    MISSED = "missed"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step by its key in the catalogue; `at` (ms) is when it was done, if the audit log has it."""

    key: str
    state: StepState
    at: int | None = None


def list_request_steps(process: Negotiation, leaves: Sequence[Leaf]) -> list[Step]:
    """Return the steps of a request of this participant."""
    reached = None if process.state == NEGOTIATION.terminated else _REQUEST_REACHED.get(process.state or "", 0)
    return _list(REQUEST_STEPS, leaves, reached)


def list_delivery_steps(process: Transfer, leaves: Sequence[Leaf]) -> list[Step]:
    """Return the steps of a delivery to this participant."""
    reached = None if process.state == TRANSFER.terminated else _DELIVERY_REACHED.get(process.state or "", 0)
    steps = _list(DELIVERY_STEPS, leaves, reached)
    if process.state != TransferState.SUSPENDED:
        return steps
    paused = {StepState.ON: StepState.PAUSED}
    return [msgspec.structs.replace(step, state=paused.get(step.state, step.state)) for step in steps]


def _list(steps: Mapping[str, frozenset[str]], leaves: Sequence[Leaf], reached: int | None) -> list[Step]:
    """Return the steps, of which `reached` are done; None: broken off after those that the audit log has."""
    times = {key: next((leaf.at for leaf in leaves if leaf.kind in events), None) for key, events in steps.items()}
    done = reached if reached is not None else sum(at is not None for at in times.values())
    here, later = (StepState.ON, StepState.COMING) if reached is not None else (StepState.BROKEN, StepState.MISSED)
    states = [StepState.DONE] * done + [here] + [later] * len(steps)
    return [
        Step(key=key, state=state, at=at if state is StepState.DONE else None)
        for (key, at), state in zip(times.items(), states, strict=False)
    ]
