"""Decisions by policy: whether an offer can be agreed, and whether the bytes of a transfer can leave now.

A policy that cannot be compiled is denied with its own reason. A denial also has reasons in words for both parties.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from connector.controlplane.core import instants
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.judging import acceptance, decision_records, situations
from connector.controlplane.judging.declared import declare
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.facts import PERIOD_OF, Situation
from connector.controlplane.judging.library import evaluate
from connector.controlplane.judging.treating import treatments
from connector.controlplane.judging.world import build_world, find_period, is_hourly
from connector.language.catalogue import say, write_in_all
from connector.policy.analysis.findings import Finding
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Counter, Decision, DutyTask, Explanation, Verdict
from connector.policy.model.errors import PolicyError
from connector.policy.model.literals import MICROSECOND
from connector.policy.model.policy import DK
from connector.policy.model.situation import Phase, Request, World
from connector.policy.vocabulary.registry import Registry
from connector.policy.words import findings
from connector.policy.words.reasons import reasons
from connector.ports.entities import Agreement, Recent, Usage
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer, TransferState
from connector.views.conversion import to_ms

MOST_REASONS = 3
# Half-hours of more than a week, in which every time of the day and day of the week occurs.
MOST_FLIPS = 400
# The most constraints that are evaluated for it in all.
MOST_LOOKED_AT = 100_000
# The interval of new decisions if a decision depends on a counter of bytes other than by its upper bound.
RECHECK_MS = 1_000

WITHDRAWN = "agreement-withdrawn"
"""Why a transfer is refused after its provider withdrew; also the code by which the consumer is told."""
BLOCKED = "participant-blocked"
"""Why a transfer is refused while its peer is blocked; also the code by which the consumer is told."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict for the control plane: denied or not, the reasons, the end of its validity (ms), limits and the record.

    `reasons` are the reasons of a denial in each language, else empty. `duties` are the duties to perform, also those
    that cause the denial. `record` has no secret and no personal data. `treatment` is the treatment of the data.
    """

    denied: bool
    reasons: dict[str, str] = {}
    valid_until: int | None = None
    max_uses: int | None = None
    max_per_hour: int | None = None
    max_bytes: int | None = None
    max_within: dict[str, int] = {}
    duties: tuple[DutyTask, ...] = ()
    record: dict[str, Any] = {}
    treatment: bytes = b""

    @property
    def reason(self) -> str:
        """The reasons in English, for the counterparty."""
        return self.reasons.get("en", "")


def judge(evaluator: Evaluator, document: bytes, situation: Situation, dataset: str, phase: Phase) -> Judgement:
    """Decide `use` of a dataset under a policy in a situation, as of now.

    An agreement can be negotiated before its period begins: in that phase, a denial that ends by time alone is none.
    """
    compiled = evaluator.library.compile(document)
    if isinstance(compiled, PolicyError):
        return Judgement(denied=True, reasons=acceptance.to_unreadable(compiled).texts, record={"error": compiled.code})
    at = _find_request_time(instants.instant(evaluator.context.now()), situation)
    request = Request(action="odrl:use", target=dataset, assignee=situation.participant, at=at)
    library = evaluator.library
    world = build_world(declare(situation, compiled), compiled, library.claims, library.operands)
    found = explain(compiled, request, world, phase)
    decision = found.decision
    record = decision_records.record_explanation(found, library.operands)
    if decision.verdict is not Verdict.DENY or (phase is Phase.NEGOTIATION and _can_turn(compiled, request, world)):
        judged = _judgement(evaluator.context, decision, situation, record)
        return _treat(evaluator, judged, decision, situation, dataset, world) if phase is Phase.ACCESS else judged
    texts = _add_when(format_reasons(found, library.operands), decision, situation)
    return _judgement(evaluator.context, decision, situation, record, texts)


async def judge_large(
    evaluator: Evaluator, document: bytes, situation: Situation, dataset: str, phase: Phase
) -> Judgement:
    """Return what `judge` returns; a large policy is decided beside the event loop."""
    return await evaluate(partial(judge, evaluator, document, situation, dataset, phase), document)


def _treat(
    evaluator: Evaluator, judged: Judgement, decision: Decision, situation: Situation, dataset: str, world: World
) -> Judgement:
    """Return the verdict with the treatment of the data; denied if the data does not allow the treatment."""
    operands = evaluator.library.operands
    purpose = world.facts.get("purpose", ())
    found = treatments.make_treatment(
        operands, situation.data, dataset, decision.transforms, decision.row_filter, purpose
    )
    if found is None:
        return judged
    if isinstance(found, Finding):
        texts = write_in_all(lambda language: findings.say(found, operands, language))
        return Judgement(
            denied=True, reasons=texts, record={**judged.record, "verdict": "deny", "reasons": [found.code]}
        )
    done = [step.name for step in found.steps] + (["row-filter"] if found.rows else [])
    record = {**judged.record, "treatment": done}
    return msgspec.structs.replace(judged, treatment=msgspec.json.encode(found), record=record)


def _find_request_time(at: datetime, situation: Situation) -> datetime:
    """Return the instant of the request: after a duty that was performed for it in the same millisecond."""
    done = any(record.fulfilled_at == at for record in situation.performed.values())
    return at + MICROSECOND if done else at


def _can_turn(compiled: Compiled, request: Request, world: World) -> bool:
    """Return whether a denial ends by time alone: a period that has not begun, hours of the day.

    For a long policy, fewer instants are evaluated, so that a peer cannot cause much work.
    """
    leaves = sum(rule.leaves for rule in (*compiled.permissions, *compiled.prohibitions))
    for _ in range(min(MOST_FLIPS, MOST_LOOKED_AT // (leaves + 1) + 1)):
        decision = decide(compiled, request, world, Phase.NEGOTIATION)
        if decision.verdict is not Verdict.DENY:
            return True
        if decision.valid_until is None:
            return False
        request = msgspec.structs.replace(request, at=decision.valid_until)
    return False


def format_reasons(found: Explanation, operands: Registry) -> dict[str, str]:
    """Return the first reasons of a decision as one text in each language."""
    return write_in_all(lambda language: " ".join(reasons(found, operands, language)[:MOST_REASONS]))


def _add_when(texts: dict[str, str], decision: Decision, situation: Situation) -> dict[str, str]:
    """Add the time at which another use can begin, if the limit of uses within a period is reached."""
    limits = {DK + fact: situation.within.get(period) for fact, period in PERIOD_OF.items()}
    limits[DK + "requestsPerHour"] = situation.recent
    full = [limits[reason.operand] for reason in decision.reasons if reason.operand in limits]
    frees_at = max((found.frees_at for found in full if found and found.frees_at is not None), default=None)
    if frees_at is None:
        return texts
    at = instants.instant(frees_at).strftime("%Y-%m-%d %H:%M:%S UTC")
    return write_in_all(lambda language: f"{texts[language]} {say(language, 'processes.possible-again', at=at)}")


def _judgement(
    context: Context,
    decision: Decision,
    situation: Situation,
    record: dict[str, Any],
    texts: dict[str, str] | None = None,
) -> Judgement:
    now = context.now()
    until = to_ms(decision.valid_until)
    # A lease ends at a whole millisecond, and never before it has begun.
    valid_until = None if until is None else max(until, now + 1)
    hourly = [counter for counter in decision.counters if is_hourly(counter)]
    periodic = [counter for counter in decision.counters if find_period(counter) is not None]
    stepping = [counter for counter in decision.counters if counter.step and counter not in (*hourly, *periodic)]
    if any(counter.exact and counter not in stepping for counter in decision.counters):
        valid_until = min(valid_until or now + RECHECK_MS, now + RECHECK_MS)
    recent = situation.recent
    if texts is not None and recent and recent.frees_at is not None:
        valid_until = min(valid_until or recent.frees_at, max(recent.frees_at, now + 1))
    return Judgement(
        denied=texts is not None,
        reasons=texts or {},
        valid_until=valid_until,
        max_uses=_least(_limits(stepping, situation.usage)),
        max_per_hour=_least(_limits(hourly, recent)),
        max_within=_find_within(periodic, situation.within),
        max_bytes=_least(counter.limit for counter in decision.counters if not counter.step),
        duties=decision.duties,
        record=record,
    )


def _find_within(counters: Sequence[Counter], within: Mapping[str, Recent]) -> dict[str, int]:
    """Return the limits of uses under all agreements, by period."""
    periods = {find_period(counter) or "" for counter in counters}
    limits = {
        period: _least(_limits([each for each in counters if find_period(each) == period], within.get(period)))
        for period in periods
    }
    return {period: most for period, most in limits.items() if most is not None}


def _limits(counters: Iterable[Counter], used: Usage | Recent | None) -> Iterable[int | None]:
    """Yield the limits of uses in all.

    If a counter is more than an upper bound, each use is decided separately: the next use needs a new lease.
    """
    uses = used.uses if used else 0
    for counter in counters:
        yield counter.limit
        if counter.exact:
            yield uses + counter.step


def _least(limits: Iterable[int | None]) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def choose_code(verdict: Judgement) -> str:
    """Return the code of a refusal: a consumer that is told of a withdrawal or a block keeps it."""
    return next((code for code in verdict.record.get("reasons", ()) if code in {WITHDRAWN, BLOCKED}), "not-permitted")


async def judge_standing(evaluator: Evaluator, agreement: Agreement | None) -> Judgement | None:
    """Return why nothing may be delivered under an agreement whatever its policy says, or None."""
    if agreement is None or agreement.finalized_at is None:
        return _refuse("no-agreement", "processes.no-agreement")
    if agreement.withdrawn_at is not None:
        return _refuse(WITHDRAWN, "processes.withdrawn", agreement.withdrawn_because)
    block = await evaluator.context.store.block(agreement.owner, agreement.counterparty)
    if block is not None:
        return _refuse(BLOCKED, "processes.blocked", block.reason)
    excluded = evaluator.exclude(agreement.counterparty)
    return _refuse(excluded, f"processes.{excluded}") if excluded is not None else None


def _refuse(code: str, text: str, because: str = "") -> Judgement:
    texts = write_in_all(lambda language: f"{say(language, text)} {because}".strip())
    return Judgement(denied=True, reasons=texts, record={"verdict": "deny", "reasons": [code]})


async def judge_access(evaluator: Evaluator, process: Transfer, *, in_use: bool = False) -> Judgement:
    """Decide whether the bytes of a transfer may leave now, under its agreement.

    With `in_use`, the present use, which is already counted, is decided again, not the next one.
    """
    agreement = await find_agreement_of(evaluator.context, process)
    refused = await judge_standing(evaluator, agreement)
    if refused is not None:
        return refused
    assert agreement is not None
    asset = await evaluator.context.store.asset(process.owner, agreement.dataset)
    situation = await situations.build_for_transfer(evaluator, process, agreement, asset)
    usage, recent = situation.usage, situation.recent
    if in_use and usage and usage.uses:
        counted = msgspec.structs.replace(usage, uses=usage.uses - 1)
        situation = msgspec.structs.replace(situation, usage=counted, within=_without_present(situation.within))
    verdict = await judge_large(evaluator, agreement.document, situation, agreement.dataset, Phase.ACCESS)
    if verdict.denied and recent and recent.uses and process.state == TransferState.STARTED:
        # A reached limit per hour ends no active use: the lease allows no further use before the limit allows it.
        full = msgspec.structs.replace(situation, recent=msgspec.structs.replace(recent, uses=recent.uses - 1))
        again = await judge_large(evaluator, agreement.document, full, agreement.dataset, Phase.ACCESS)
        verdict = verdict if again.denied else again
    return verdict


def _without_present(within: Mapping[str, Recent]) -> dict[str, Recent]:
    """Return the uses within each period without the present one, which is counted already."""
    return {period: msgspec.structs.replace(found, uses=max(0, found.uses - 1)) for period, found in within.items()}


async def judge_agreement(evaluator: Evaluator, process: Negotiation) -> Judgement:
    """Decide the current offer when it is agreed, for the record: a person may have approved it."""
    asset = await evaluator.context.store.asset(process.owner, process.dataset)
    situation = situations.build_for_peer(
        process.peer, situations.parse_claims(process.evidence), asset, evaluator.context.now()
    )
    return await judge_large(evaluator, process.offer, situation, process.dataset, Phase.NEGOTIATION)
