"""The time of an agreement: whether its policy still grants a use, and the instant from which it grants none."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from connector.controlplane.core.instants import instant
from connector.controlplane.judging import situations
from connector.controlplane.judging.declared import declare
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.library import Library
from connector.controlplane.judging.world import build_world
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Decision, DutyMode, Explanation, Verdict
from connector.policy.model.situation import Phase, Request, World
from connector.ports.entities import ALL_TIME, Agreement, Recent, Usage
from connector.protocol.dsp.common import Role

MOST_LOOKS = 50


class Period(NamedTuple):
    """Whether the time of an agreement is over, its end, if it is known, and whether it grants a use at any time."""

    over: bool
    end: datetime | None
    granted: bool = True


def can_end(library: Library, document: bytes) -> bool:
    """Return whether time alone can change what a policy grants; without that, an agreement on it has no end."""
    compiled = library.compile(document)
    return isinstance(compiled, Compiled) and bool(compiled.edges or compiled.flips)


def find_period(evaluator: Evaluator, agreement: Agreement) -> Period:
    """Return the period of an agreement, by its policy and the clock alone.

    Counts, payments, duties and claims are left open. The verdict is followed from one instant at which it can change
    to the next, a bounded number of times.
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
            return Period(granted and end is not None and end <= instant(evaluator.context.now()), end, granted)
        at = decision.valid_until
    return Period(over=granted and find_lasting_denial(evaluator, agreement, compiled) is not None, end=None)


def find_lasting_denial(
    evaluator: Evaluator,
    agreement: Agreement,
    compiled: Compiled,
    usage: Usage | None = None,
    in_all: int | None = None,
) -> Explanation | None:
    """Return why no use is granted from now on; None if one is, or may be after more looks than these.

    `usage` is the usage under the agreement, `in_all` that of its dataset by its consumer under all agreements.
    """
    at = instant(evaluator.context.now())
    for _ in range(MOST_LOOKS):
        asked = _ask(evaluator, agreement, compiled, at, usage, in_all)
        decision = decide(*asked, Phase.CATALOGUE)
        if decision.verdict is not Verdict.DENY:
            return None
        if decision.valid_until is None:
            return explain(*asked, Phase.CATALOGUE)
        at = decision.valid_until
    return None


def _decide(evaluator: Evaluator, agreement: Agreement, compiled: Compiled, at: datetime) -> Decision:
    return decide(*_ask(evaluator, agreement, compiled, at), Phase.CATALOGUE)


def _ask(
    evaluator: Evaluator,
    agreement: Agreement,
    compiled: Compiled,
    at: datetime,
    usage: Usage | None = None,
    in_all: int | None = None,
) -> tuple[Compiled, Request, World]:
    consumer = agreement.counterparty if agreement.role is Role.PROVIDER else evaluator.context.participant
    # The evidence of the consumer's agreement is about the provider: what the consumer is stays open.
    claims = situations.parse_claims(agreement.evidence) if agreement.role is Role.PROVIDER else {}
    situation = declare(situations.build_for_peer(consumer, claims, None, agreement.agreed_at), compiled)
    within = {} if in_all is None else {ALL_TIME: Recent(uses=in_all)}
    situation = msgspec.structs.replace(situation, usage=usage, within=within)
    library = evaluator.library
    world = build_world(situation, compiled, library.claims, library.operands)
    # Whether a duty was performed in time is in the ledger: its deadline is not the end of the agreement.
    compiled = msgspec.structs.replace(compiled, duty_mode=DutyMode.NOT_VIOLATED)
    return compiled, Request(action="odrl:use", target=agreement.dataset, assignee=consumer, at=at), world
