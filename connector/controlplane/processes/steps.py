"""Plans the step of a decision, for the message that it answers, the worker, a person and a script."""

from collections.abc import Mapping, Sequence

import msgspec

from connector.controlplane.core import commits, messages, offers
from connector.controlplane.core.commits import Move
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing import leases, signals
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import judgement
from connector.policy.model.errors import PolicyError
from connector.ports.changes import Change, PutHold
from connector.ports.decider import (
    Accept,
    Agree,
    Complete,
    Finalize,
    HoldFor,
    MakeOffer,
    MakeRequest,
    Proceed,
    ProcessStep,
    Start,
    Suspend,
    Terminate,
    Verify,
)
from connector.ports.entities import Hold
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.machines.negotiation_machine import Negotiation


async def carry_out(enforcer: Enforcer, process: AnyProcess, step: ProcessStep, *changes: Change) -> AnyProcess:
    """Plan a step and commit it with further `changes`, for an approval by a person too. Raises NotAllowed."""
    move = await plan(enforcer, process, Proceed(step))
    return await commits.commit_moves(
        enforcer.context, process, msgspec.structs.replace(move, changes=[*move.changes, *changes])
    )


async def plan(enforcer: Enforcer, process: AnyProcess, decision: Proceed | HoldFor) -> Move[AnyProcess]:
    """Return the move of a decision: the step's message is pending, or the process waits for a person.

    An agreement on other terms than the decision was about is decided here for its record: a person approved it, or the
    terms were compared with the offer. The start of a transfer opens its flow at the data plane. Raises NotAllowed.
    """
    if isinstance(decision, HoldFor):
        return await _hold(enforcer.context, process, decision)
    step, judged = decision.step, decision.judged
    if isinstance(process, Negotiation):
        library = enforcer.evaluator.library
        purposes = library.list_purposes(process.offer) if isinstance(step, Agree) else ()
        planned, changes = messages.plan_negotiation(enforcer.context, process, step, purposes)
        if isinstance(step, Agree):
            judged = {**judged, "agreement": planned.agreement_id}
            agreed = library.compile(process.offer)
            if isinstance(agreed, PolicyError) or judged.get("policy") != agreed.policy_hash:
                judged = {**judged, **(await judgement.judge_agreement(enforcer.evaluator, process)).record}
        return Move(planned, changes, f"decided {_name(step)}", record_judged(judged))
    address: bytes | None = None
    opened: Sequence[Change] = ()
    if isinstance(step, Start) and process.role is Role.PROVIDER:
        outcome = await signals.begin(enforcer, process)
        if isinstance(outcome, Terminate):
            step = outcome
        else:
            process, address, opened = outcome.process, outcome.address, outcome.changes
    transfer = messages.plan_transfer(enforcer.context, process, step, address)
    if isinstance(step, Terminate):
        opened = [*opened, *leases.count_denial(enforcer.context, process, judged)]
    return Move(transfer, opened, f"decided {_name(step)}", record_judged(judged))


async def _hold(context: Context, process: AnyProcess, decision: HoldFor) -> Move[AnyProcess]:
    """Return the move to a Hold: the process waits until a person decides."""
    unsigned = isinstance(process, Negotiation) and offers.is_unsigned(process)
    asset = await context.store.asset(context.owner, process.dataset) if unsigned else None
    stored = Hold(
        owner=context.owner,
        process_id=process.id,
        process_kind=ProcessKind.NEGOTIATION if isinstance(process, Negotiation) else ProcessKind.TRANSFER,
        reason=decision.reason,
        who=decision.who,
        created_at=context.now(),
        until=decision.until,
        reasons=decision.reasons,
        counterparty=process.peer,
        dataset=process.dataset,
        title=process.title,
        offer_id=asset.offer_id if asset else "",
    )
    after = msgspec.structs.replace(process, due_at=decision.until, held=True)
    # The reason in words may quote personal values; a recorded decision omits them.
    fields = record_judged(decision.judged) or {"reason": decision.reason}
    return Move(after, [PutHold(stored)], "held", fields)


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
