"""The time of an agreement: whether its policy still grants a use, and the instant from which it grants none."""

from datetime import datetime
from typing import NamedTuple

from connector.controlplane.core.instants import instant
from connector.controlplane.judging import situations
from connector.controlplane.judging.declared import declare
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.world import build_world
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide
from connector.policy.model.decision import Decision, Verdict
from connector.policy.model.situation import Phase, Request
from connector.ports.entities import Agreement
from connector.protocol.dsp.common import Role

MOST_LOOKS = 50


class Period(NamedTuple):
    """Whether the time of an agreement is over, and its end, if it is known."""

    over: bool
    end: datetime | None


def find_period(evaluator: Evaluator, agreement: Agreement) -> Period:
    """Return the period of an agreement, by its policy and the clock alone: counts, payments and claims are left open.

    The verdict is followed from one instant at which it can change to the next, a bounded number of times.
    """
    compiled = evaluator.library.compile(agreement.document)
    if not isinstance(compiled, Compiled):
        return Period(over=False, end=None)
    at = instant(agreement.agreed_at)
    granted = False
    end: datetime | None = None
    for _ in range(MOST_LOOKS):
        decision = _decide(evaluator, agreement, compiled, at)
        if decision.verdict is not Verdict.DENY:
            granted, end = True, decision.valid_until
        if decision.valid_until is None:
            return Period(granted and end is not None and end <= instant(evaluator.context.now()), end)
        at = decision.valid_until
    return Period(over=granted and _is_over_now(evaluator, agreement, compiled), end=None)


def _is_over_now(evaluator: Evaluator, agreement: Agreement, compiled: Compiled) -> bool:
    """Return whether no use is granted from now on; it may be granted again if that takes too many looks to tell."""
    at = instant(evaluator.context.now())
    for _ in range(MOST_LOOKS):
        decision = _decide(evaluator, agreement, compiled, at)
        if decision.verdict is not Verdict.DENY:
            return False
        if decision.valid_until is None:
            return True
        at = decision.valid_until
    return False


def _decide(evaluator: Evaluator, agreement: Agreement, compiled: Compiled, at: datetime) -> Decision:
    consumer = agreement.counterparty if agreement.role is Role.PROVIDER else evaluator.context.participant
    # The evidence of the consumer's agreement is about the provider: what the consumer is stays open.
    claims = situations.parse_claims(agreement.evidence) if agreement.role is Role.PROVIDER else {}
    situation = declare(situations.build_for_peer(consumer, claims, None, agreement.agreed_at), compiled)
    library = evaluator.library
    world = build_world(situation, compiled, library.claims, library.operands)
    request = Request(action="odrl:use", target=agreement.dataset, assignee=consumer, at=at)
    return decide(compiled, request, world, Phase.CATALOGUE)
