"""A step of a process is planned and committed, for the worker, a person and a script alike."""

from collections.abc import Mapping

from connector.controlplane.core import commits, messages
from connector.controlplane.enforcing import signals
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import judgement
from connector.ports.changes import Change
from connector.ports.decider import (
    Accept,
    Agree,
    Complete,
    Finalize,
    MakeOffer,
    MakeRequest,
    ProcessStep,
    Start,
    Suspend,
    Terminate,
    Verify,
)
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation


async def carry_out(
    enforcer: Enforcer,
    process: AnyProcess,
    step: ProcessStep,
    *changes: Change,
    judged: Mapping[str, object] | None = None,
) -> AnyProcess:
    """Plan a step and commit it: for the worker's decision and for a person's approval alike. Raises NotAllowed.

    `judged` is the decision by policy that it stands on; an agreement is judged here, so that it is on record also
    where a person had the last word.
    """
    if isinstance(process, Negotiation):
        planned, more = messages.plan_negotiation(enforcer.context, process, step)
        if isinstance(step, Agree):
            verdict = await judgement.judge_agreement(enforcer.evaluator, process)
            judged = {**(judged or {}), "agreement": planned.agreement_id, **verdict.record}
        event = f"decided {_name(step)}"
        return await commits.commit(
            enforcer.context, process, planned, *more, *changes, event=event, fields=record_judged(judged)
        )
    address = None
    if isinstance(step, Start) and process.role is Role.PROVIDER:
        outcome = await signals.begin(enforcer, process)
        if isinstance(outcome, Terminate):
            step = outcome
        else:
            process, address = outcome
    transfer = messages.plan_transfer(enforcer.context, process, step, address)
    event = f"decided {_name(step)}"
    return await commits.commit(
        enforcer.context, process, transfer, *changes, event=event, fields=record_judged(judged)
    )


def record_judged(judged: Mapping[str, object] | None) -> dict[str, object]:
    """Return what the audit leaf of a step says of the decision it stands on."""
    return {"judged": judged} if judged else {}


# The steps of a process, as audit leaves have them.
_STEPS: dict[type, str] = {
    Agree: "agree",
    MakeOffer: "offer",
    MakeRequest: "request",
    Accept: "accept",
    Verify: "verify",
    Finalize: "finalize",
    Start: "start",
    Suspend: "suspend",
    Complete: "complete",
    Terminate: "terminate",
}


def _name(step: ProcessStep) -> str:
    return _STEPS[type(step)]
