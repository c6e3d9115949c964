"""The provider's side of a negotiation, as a function of policies: agree, counter, terminate or hold.

At most five rounds. What we would give never shrinks from one round to the next, and never exceeds the last of the
concessions, which stay private: reasons only speak of the offer that the other side knows. Pure.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment, Finding, Unknown
from connector.policy.analysis.meet import meet
from connector.policy.analysis.overlap import is_satisfiable, overlap
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import Policy

MOST_ROUNDS = 5


class AcceptRequest(msgspec.Struct, frozen=True):
    """Conclude the agreement on what the request asks for."""

    policy: Policy


class CounterOffer(msgspec.Struct, frozen=True):
    """Answer with an offer of ours.

    Parameters:
        policy: what we offer instead.
        level: how far we have conceded; to be handed in with the next request of this negotiation.
    """

    policy: Policy
    level: int


class NoAgreement(msgspec.Struct, frozen=True):
    """There is nothing to agree on."""

    reasons: tuple[Finding, ...]


class PersonNeeded(msgspec.Struct, frozen=True):
    """A person has to look. The reasons are for our side alone."""

    reasons: tuple[Finding, ...]


TermsAnswer: TypeAlias = AcceptRequest | CounterOffer | NoAgreement | PersonNeeded


def respond(
    offer: Compiled,
    request: Compiled,
    *,
    uid: str,
    concessions: Sequence[Compiled] = (),
    round_number: int = 1,
    level: int = 0,
    now: datetime | None = None,
    budget: StepBudget | None = None,
) -> TermsAnswer:
    """Answer a request: accept it, counter it, terminate, or wait for a person.

    Parameters:
        offer: what was published.
        request: what is asked for, compiled with the same registry.
        uid: identifier for a counter-offer.
        concessions: what we would give in later rounds, each at least what came before; the last is the private
            reservation policy.
        round_number: 1 for the first request of the negotiation.
        level: how far we have conceded so far, from the last `Counter`.
        now: aware; with it, a request that only speaks of the past is refused.
        budget: how many steps the whole answer may take; when they are spent it is a Hold. Counted and not timed, so
            that nobody can hold us up and the same request always gets the same answer.

    >>> answer = respond(compiled("odrl:count lteq 5"), compiled("odrl:count lteq 3"), uid="urn:counter")
    >>> type(answer).__name__
    'AcceptRequest'
    """
    budget = budget or StepBudget()
    if round_number > MOST_ROUNDS:
        return NoAgreement((Finding("rounds-exhausted"),))
    if is_satisfiable(request, now, budget) is False:
        return NoAgreement((Finding("nothing-granted"),))
    ladder = (offer, *concessions)
    for lower, upper in zip(ladder, concessions, strict=False):
        if contains(upper, lower).verdict is not Containment.CONTAINED:
            return PersonNeeded((Finding("reservation-narrower"),))
    start = min(max(level, round_number - 1, 0), len(ladder) - 1)
    found = contains(ladder[start], request, budget)
    if found.verdict is Containment.CONTAINED:
        return AcceptRequest(request.policy)
    if found.verdict is Containment.UNKNOWN:
        return PersonNeeded(found.reasons)
    for reached in range(start, len(ladder)):
        joint = meet(ladder[reached], request, uid=uid, budget=budget)
        if isinstance(joint, Unknown):
            return PersonNeeded(joint.reasons)
        if joint is not None:
            return CounterOffer(joint, reached)
    reasons = overlap(offer, request, budget).reasons
    if any(reason.code == "unrelated-terms" for reason in reasons):
        # What the vocabulary says nothing about, a person may know.
        return PersonNeeded(reasons)
    return NoAgreement(reasons)
