"""Plans and commits a step of a process, for the worker, a person and a script."""

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
    """Plan a step and commit it, for a decision of the worker and for an approval by a person. Raises NotAllowed.

    `judged` is the record of the policy decision behind the step. An agreement is decided here again, so that its
    record exists also if a person approved it.
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
    """Return the field of the audit leaf with the record of the decision, if there was one."""
    return {"judged": judged} if judged else {}


# The names of the steps in audit leaves.
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
